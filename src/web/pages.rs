//! The pages with content: which part of the API each shows, and under which address.

use askama::Template;
use poem::{
    IntoResponse, Request, Response, handler,
    web::{Path, Redirect},
};
use uuid::Uuid;

use super::{
    json_ld,
    page::Page,
    site::escaped,
    view::{Answer, Board, Card, Group, Listed, Profile, Question, Reward, Tag, excerpt},
    visit::Visit,
};
use crate::kit::Problem;

const DESCRIPTION_CHARS_MAX: usize = 160;
const FEED: &str = "/feeds/questions.atom";
const ORDERS: [(&str, &str); 5] = [("hot", "Hot"), ("new", "New"), ("active", "Active"), ("top", "Top"), ("unanswered", "Unanswered")];
const TABS: [&str; 2] = ["new", "unanswered"];
const PERIODS: [(&str, &str); 5] = [("all", "All time"), ("year", "Year"), ("month", "Month"), ("week", "Week"), ("day", "Day")];

/// Links to the neighbours of a page of a list.
struct Turns {
    prev: Option<String>,
    next: Option<String>,
}

impl Turns {
    fn of<T>(visit: &Visit, list: &Listed<T>) -> Self {
        let link = |cursor: &Option<String>| cursor.as_deref().map(|cursor| visit.with("cursor", cursor));
        Self { prev: link(&list.prev_cursor), next: link(&list.next_cursor) }
    }
}

#[derive(Template)]
#[template(path = "questions.html")]
struct QuestionsPage {
    heading: String,
    text: String,
    about: String,
    /// Links to the other orders of the list.
    orders: Vec<(String, &'static str)>,
    questions: Listed<Card>,
    turns: Turns,
}

#[derive(Template)]
#[template(path = "question.html")]
struct QuestionPage<'a> {
    question: &'a Question,
    answers: &'a Listed<Answer>,
    turns: Turns,
}

#[derive(Template)]
#[template(path = "tags.html")]
struct TagsPage {
    tags: Listed<Tag>,
    turns: Turns,
}

#[derive(Template)]
#[template(path = "groups.html")]
struct GroupsPage {
    groups: Listed<Group>,
    turns: Turns,
}

#[derive(Template)]
#[template(path = "rewards.html")]
struct RewardsPage {
    rewards: Listed<Reward>,
    turns: Turns,
}

#[derive(Template)]
#[template(path = "leaderboard.html")]
struct LeaderboardPage {
    heading: &'static str,
    path: String,
    periods: [(&'static str, &'static str); 5],
    board: Board,
}

/// The hottest questions, or those that `?tab=` names. The other orders are a click away, on the page of questions.
#[handler]
pub async fn home(mut visit: Visit) -> Result<Response, Problem> {
    let (title, description) = (visit.site.name.clone(), visit.site.description.clone());
    let tab = visit.param("tab").filter(|tab| TABS.contains(&tab.as_str()));
    let mut content = list(&mut visit, tab.as_deref().unwrap_or("hot"), &[], description.clone()).await?;
    content.orders = ORDERS.map(|(order, name)| (format!("/questions?sort={order}"), name)).into();
    visit.show(Page { title, description, canonical: first_page(&visit, "/"), feed: Some(FEED.to_owned()), json_ld: None, content })
}

#[handler]
pub async fn questions_page(mut visit: Visit) -> Result<Response, Problem> {
    let (tag, group) = (visit.param("tag"), visit.param("group"));
    let content = list(&mut visit, "hot", &[("tag", tag.as_deref()), ("group", group.as_deref())], "Questions".to_owned()).await?;
    let canonical = match (tag, group) {
        (Some(tag), _) => format!("/tags/{}", escaped(&tag)),
        (None, Some(slug)) => format!("/groups/{}", escaped(&slug)),
        (None, None) => "/questions".to_owned(),
    };
    visit.show(Page {
        title: titled(&visit, "Questions"),
        description: format!("Questions and answers at {}.", visit.site.name),
        canonical: first_page(&visit, &canonical),
        feed: Some(FEED.to_owned()),
        json_ld: None,
        content,
    })
}

/// A question with its answers. Any other address of it leads to the one with its title.
#[handler]
pub async fn question_page(request: &Request, mut visit: Visit) -> Result<Response, Problem> {
    let id = request.raw_path_param("id").and_then(|id| id.parse::<Uuid>().ok()).ok_or_else(|| Problem::not_found("question"))?;
    let question: Question = visit.read(&format!("/questions/{id}"), &[]).await?;
    let path = question.path();
    if visit.path != path {
        return Ok(Redirect::moved_permanent(visit.at(&path)).into_response());
    }
    let later: Option<Listed<Answer>> = match visit.param("cursor") {
        Some(cursor) => Some(visit.read(&format!("/questions/{id}/answers"), &[("cursor", Some(&cursor))]).await?),
        None => None,
    };
    let answers = later.as_ref().unwrap_or(&question.answers);
    let json_ld = json_ld::question(&visit.site, &question, answers);
    visit.show(Page {
        title: titled(&visit, &question.title),
        description: excerpt(&question.body_html, DESCRIPTION_CHARS_MAX),
        canonical: first_page(&visit, &path),
        feed: question.group.as_ref().map(|group| format!("{FEED}?group={}", escaped(&group.slug))).or_else(|| Some(FEED.to_owned())),
        json_ld,
        content: QuestionPage { question: &question, answers, turns: Turns::of(&visit, answers) },
    })
}

#[handler]
pub async fn tags_page(mut visit: Visit) -> Result<Response, Problem> {
    let (q, sort, cursor) = (visit.param("q"), visit.param("sort"), visit.param("cursor"));
    let params = [("q", q.as_deref()), ("sort", sort.as_deref().or(Some("popular"))), ("cursor", cursor.as_deref())];
    let tags: Listed<Tag> = visit.read("/tags", &params).await?;
    visit.show(Page {
        title: titled(&visit, "Tags"),
        description: format!("What questions at {} are about.", visit.site.name),
        canonical: first_page(&visit, "/tags").filter(|_| q.is_none()),
        feed: None,
        json_ld: None,
        content: TagsPage { turns: Turns::of(&visit, &tags), tags },
    })
}

/// What a tag means, and its questions. A synonym leads to the tag that it stands for.
#[handler]
pub async fn tag_page(mut visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let tag: Tag = visit.read(&format!("/tags/{}", escaped(&name)), &[]).await?;
    let path = format!("/tags/{}", escaped(tag.synonym_of.as_deref().unwrap_or(&tag.name)));
    if tag.synonym_of.is_some() {
        return Ok(Redirect::moved_permanent(path).into_response());
    }
    let mut content = list(&mut visit, "active", &[("tag", Some(&name))], format!("Questions about {}", tag.name)).await?;
    let description = if tag.description.is_empty() { format!("Questions and answers about {}.", tag.name) } else { tag.description };
    content.text = description.clone();
    visit.show(Page {
        title: titled(&visit, &content.heading),
        description,
        canonical: first_page(&visit, &path),
        feed: Some(format!("{FEED}?tag={}", escaped(&tag.name))),
        json_ld: None,
        content,
    })
}

#[handler]
pub async fn groups_page(mut visit: Visit) -> Result<Response, Problem> {
    let (q, cursor) = (visit.param("q"), visit.param("cursor"));
    let groups: Listed<Group> = visit.read("/groups", &[("q", q.as_deref()), ("cursor", cursor.as_deref())]).await?;
    visit.show(Page {
        title: titled(&visit, "Groups"),
        description: format!("User groups at {}.", visit.site.name),
        canonical: first_page(&visit, "/groups").filter(|_| q.is_none()),
        feed: None,
        json_ld: None,
        content: GroupsPage { turns: Turns::of(&visit, &groups), groups },
    })
}

/// A group that everybody may see, and its questions.
#[handler]
pub async fn group_page(mut visit: Visit, Path(slug): Path<String>) -> Result<Response, Problem> {
    let group: Group = visit.read(&format!("/groups/{}", escaped(&slug)), &[]).await?;
    let mut content = list(&mut visit, "active", &[("group", Some(&slug))], group.name.clone()).await?;
    content.about = format!("{} members", group.member_count);
    content.text.clone_from(&group.description);
    visit.show(Page {
        title: titled(&visit, &group.name),
        description: if group.description.is_empty() { format!("The group {}.", group.name) } else { group.description },
        canonical: first_page(&visit, &format!("/groups/{}", escaped(&group.slug))),
        feed: Some(format!("{FEED}?group={}", escaped(&group.slug))),
        json_ld: None,
        content,
    })
}

/// A member's profile and questions. Who was merged into another leads there, for as long as that stands.
#[handler]
pub async fn member_page(mut visit: Visit, Path(handle): Path<String>) -> Result<Response, Problem> {
    let member: Profile = visit.read(&format!("/members/{}", escaped(&handle)), &[]).await?;
    if let Some(into) = &member.merged_into {
        return Ok(Redirect::temporary(format!("/members/{}", escaped(into))).into_response());
    }
    let mut content = list(&mut visit, "new", &[("author", Some(&handle))], member.display_name.clone()).await?;
    content.about = format!(
        "@{} · here since {} · reputation {} · {} questions · {} answers, {} of them accepted",
        member.handle,
        member.since.format("%-d %B %Y"),
        member.reputation,
        member.questions,
        member.answers,
        member.accepted_answers,
    );
    content.text.clone_from(&member.bio);
    visit.show(Page {
        title: titled(&visit, &member.display_name),
        description: if member.bio.is_empty() { content.about.clone() } else { member.bio },
        canonical: first_page(&visit, &format!("/members/{}", escaped(&member.handle))),
        feed: None,
        json_ld: None,
        content,
    })
}

#[handler]
pub async fn leaderboard_page(mut visit: Visit, Path(board): Path<String>) -> Result<Response, Problem> {
    let heading = match board.as_str() {
        "points" => "Most points",
        "accepted_answers" => "Most accepted answers",
        "reputation" => "Highest reputation",
        _ => return Err(Problem::not_found("leaderboard")),
    };
    let path = format!("/leaderboards/{board}");
    let (period, group) = (visit.param("period"), visit.param("group"));
    let params = [("period", period.as_deref().or(Some("all"))), ("group", group.as_deref())];
    let board = visit.read(&path, &params).await?;
    visit.show(Page {
        title: titled(&visit, heading),
        description: format!("{heading} at {}.", visit.site.name),
        canonical: Some(path.clone()),
        feed: None,
        json_ld: None,
        content: LeaderboardPage { heading, path, periods: PERIODS, board },
    })
}

/// What points buy.
#[handler]
pub async fn rewards_page(mut visit: Visit) -> Result<Response, Problem> {
    let cursor = visit.param("cursor");
    let rewards: Listed<Reward> = visit.read("/rewards", &[("cursor", cursor.as_deref())]).await?;
    visit.show(Page {
        title: titled(&visit, "Rewards"),
        description: format!("What points buy at {}.", visit.site.name),
        canonical: first_page(&visit, "/rewards"),
        feed: None,
        json_ld: None,
        content: RewardsPage { turns: Turns::of(&visit, &rewards), rewards },
    })
}

/// The page of questions that the visitor asks for.
async fn list(visit: &mut Visit, default_sort: &str, filters: &[(&str, Option<&str>)], heading: String) -> Result<QuestionsPage, Problem> {
    let (sort, cursor) = (visit.param("sort"), visit.param("cursor"));
    let mut params = vec![("sort", Some(sort.as_deref().unwrap_or(default_sort)))];
    params.extend_from_slice(filters);
    params.push(("cursor", cursor.as_deref()));
    let questions = visit.read("/questions", &params).await?;
    Ok(QuestionsPage {
        heading,
        text: String::new(),
        about: String::new(),
        orders: ORDERS.map(|(order, name)| (visit.with("sort", order), name)).into(),
        turns: Turns::of(visit, &questions),
        questions,
    })
}

/// Search engines keep the first page of a list alone: what is on the others changes, and is found by its own address.
fn first_page(visit: &Visit, path: &str) -> Option<String> {
    visit.param("cursor").is_none().then(|| path.to_owned())
}

fn titled(visit: &Visit, title: &str) -> String {
    format!("{title} | {}", visit.site.name)
}
