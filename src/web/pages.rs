//! The pages with content: which part of the API each shows, and under which address.

use askama::Template;
use poem::{
    IntoResponse, Request, Response, handler,
    http::header,
    web::{Path, Redirect},
};
use uuid::Uuid;

use super::{
    html::Page,
    json_ld,
    page_request::PageRequest,
    site::escaped,
    view::{Answer, Board, Card, Group, Listed, Profile, Question, Reward, Tag},
};
use crate::kit::Problem;

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
    fn of<T>(page: &PageRequest, list: &Listed<T>) -> Self {
        let link = |cursor: &Option<String>| cursor.as_deref().map(|cursor| page.with("cursor", cursor));
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

/// 301, which browsers must not keep for good: a title may become what it was, a synonym a tag of its own.
pub fn moved(path: &str) -> Response {
    Redirect::moved_permanent(path).with_header(header::CACHE_CONTROL, "no-cache").into_response()
}

/// The hottest questions, or those that `?tab=` names. The other orders are a click away, on the page of questions.
#[handler]
pub async fn home(mut page: PageRequest) -> Result<Response, Problem> {
    let (title, description) = (page.site.name.clone(), page.site.description.clone());
    let tab = page.param("tab").filter(|tab| TABS.contains(&tab.as_str()));
    let mut content = list(&mut page, tab.as_deref().unwrap_or("hot"), &[], description.clone()).await?;
    content.orders = ORDERS.map(|(order, name)| (format!("/questions?sort={order}"), name)).into();
    page.show(Page { title, description, canonical: first_page(&page, "/"), feed: Some(FEED.to_owned()), json_ld: None, content })
}

/// The questions of a tag, of a group, or all: hottest first, or as `?sort=` says.
#[handler]
pub async fn questions_page(mut page: PageRequest) -> Result<Response, Problem> {
    let (tag, group) = (page.param("tag"), page.param("group"));
    let content = list(&mut page, "hot", &[("tag", tag.as_deref()), ("group", group.as_deref())], "Questions".to_owned()).await?;
    let canonical = match (tag, group) {
        (Some(tag), _) => format!("/tags/{}", escaped(&tag)),
        (None, Some(slug)) => format!("/groups/{}", escaped(&slug)),
        (None, None) => "/questions".to_owned(),
    };
    page.show(Page {
        title: titled(&page, "Questions"),
        description: format!("Questions and answers at {}.", page.site.name),
        canonical: first_page(&page, &canonical),
        feed: Some(FEED.to_owned()),
        json_ld: None,
        content,
    })
}

/// A question with its answers. Any other address of it leads to the one with its title.
#[handler]
pub async fn question_page(request: &Request, mut page: PageRequest) -> Result<Response, Problem> {
    let id = request.raw_path_param("id").and_then(|id| id.parse::<Uuid>().ok()).ok_or_else(|| Problem::not_found("question"))?;
    let question: Question = page.read(&format!("/questions/{id}"), &[]).await?;
    let path = question.path();
    if page.path != path {
        return Ok(moved(&page.at(&path)));
    }
    let later: Option<Listed<Answer>> = match page.param("cursor") {
        Some(cursor) => Some(page.read(&format!("/questions/{id}/answers"), &[("cursor", Some(&cursor))]).await?),
        None => None,
    };
    let answers = later.as_ref().unwrap_or(&question.answers);
    let json_ld = json_ld::question(&page.site, &question, answers);
    page.show(Page {
        title: titled(&page, &question.title),
        description: question.excerpt.clone(),
        canonical: first_page(&page, &path),
        feed: question.group.as_ref().map(|group| format!("{FEED}?group={}", escaped(&group.slug))).or_else(|| Some(FEED.to_owned())),
        json_ld,
        content: QuestionPage { question: &question, answers, turns: Turns::of(&page, answers) },
    })
}

/// The tags: most used first, or as `?sort=` says.
#[handler]
pub async fn tags_page(mut page: PageRequest) -> Result<Response, Problem> {
    let (q, sort, cursor) = (page.param("q"), page.param("sort"), page.param("cursor"));
    let params = [("q", q.as_deref()), ("sort", sort.as_deref().or(Some("popular"))), ("cursor", cursor.as_deref())];
    let tags: Listed<Tag> = page.read("/tags", &params).await?;
    page.show(Page {
        title: titled(&page, "Tags"),
        description: format!("What questions at {} are about.", page.site.name),
        canonical: first_page(&page, "/tags").filter(|_| q.is_none()),
        feed: None,
        json_ld: None,
        content: TagsPage { turns: Turns::of(&page, &tags), tags },
    })
}

/// What a tag means, and its questions. A synonym leads to the tag that it stands for.
#[handler]
pub async fn tag_page(mut page: PageRequest, Path(name): Path<String>) -> Result<Response, Problem> {
    let tag: Tag = page.read(&format!("/tags/{}", escaped(&name)), &[]).await?;
    let path = format!("/tags/{}", escaped(tag.synonym_of.as_deref().unwrap_or(&tag.name)));
    if tag.synonym_of.is_some() {
        return Ok(moved(&path));
    }
    let mut content = list(&mut page, "active", &[("tag", Some(&name))], format!("Questions about {}", tag.name)).await?;
    let description = if tag.description.is_empty() { format!("Questions and answers about {}.", tag.name) } else { tag.description };
    content.text = description.clone();
    page.show(Page {
        title: titled(&page, &content.heading),
        description,
        canonical: first_page(&page, &path),
        feed: Some(format!("{FEED}?tag={}", escaped(&tag.name))),
        json_ld: None,
        content,
    })
}

/// The groups that everybody may see.
#[handler]
pub async fn groups_page(mut page: PageRequest) -> Result<Response, Problem> {
    let (q, cursor) = (page.param("q"), page.param("cursor"));
    let groups: Listed<Group> = page.read("/groups", &[("q", q.as_deref()), ("cursor", cursor.as_deref())]).await?;
    page.show(Page {
        title: titled(&page, "Groups"),
        description: format!("User groups at {}.", page.site.name),
        canonical: first_page(&page, "/groups").filter(|_| q.is_none()),
        feed: None,
        json_ld: None,
        content: GroupsPage { turns: Turns::of(&page, &groups), groups },
    })
}

/// A group that everybody may see, and its questions.
#[handler]
pub async fn group_page(mut page: PageRequest, Path(slug): Path<String>) -> Result<Response, Problem> {
    let group: Group = page.read(&format!("/groups/{}", escaped(&slug)), &[]).await?;
    let mut content = list(&mut page, "active", &[("group", Some(&slug))], group.name.clone()).await?;
    content.about = format!("{} members", group.member_count);
    content.text.clone_from(&group.description);
    page.show(Page {
        title: titled(&page, &group.name),
        description: if group.description.is_empty() { format!("The group {}.", group.name) } else { group.description },
        canonical: first_page(&page, &format!("/groups/{}", escaped(&group.slug))),
        feed: Some(format!("{FEED}?group={}", escaped(&group.slug))),
        json_ld: None,
        content,
    })
}

/// A member's profile and questions. Who was merged into another leads there, for as long as that stands.
#[handler]
pub async fn member_page(mut page: PageRequest, Path(handle): Path<String>) -> Result<Response, Problem> {
    let member: Profile = page.read(&format!("/members/{}", escaped(&handle)), &[]).await?;
    if let Some(into) = &member.merged_into {
        return Ok(Redirect::temporary(format!("/members/{}", escaped(into))).into_response());
    }
    let mut content = list(&mut page, "new", &[("author", Some(&handle))], member.display_name.clone()).await?;
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
    page.show(Page {
        title: titled(&page, &member.display_name),
        description: if member.bio.is_empty() { content.about.clone() } else { member.bio },
        canonical: first_page(&page, &format!("/members/{}", escaped(&member.handle))),
        feed: None,
        json_ld: None,
        content,
    })
}

/// A board of all time, or of `?period=`; 404 where there is no such board.
#[handler]
pub async fn leaderboard_page(mut page: PageRequest, Path(board): Path<String>) -> Result<Response, Problem> {
    let heading = match board.as_str() {
        "points" => "Most points",
        "accepted_answers" => "Most accepted answers",
        "reputation" => "Highest reputation",
        _ => return Err(Problem::not_found("leaderboard")),
    };
    let path = format!("/leaderboards/{board}");
    let (period, group) = (page.param("period"), page.param("group"));
    let params = [("period", period.as_deref().or(Some("all"))), ("group", group.as_deref())];
    let board = page.read(&path, &params).await?;
    page.show(Page {
        title: titled(&page, heading),
        description: format!("{heading} at {}.", page.site.name),
        canonical: Some(path.clone()),
        feed: None,
        json_ld: None,
        content: LeaderboardPage { heading, path, periods: PERIODS, board },
    })
}

/// What points buy.
#[handler]
pub async fn rewards_page(mut page: PageRequest) -> Result<Response, Problem> {
    let cursor = page.param("cursor");
    let rewards: Listed<Reward> = page.read("/rewards", &[("cursor", cursor.as_deref())]).await?;
    page.show(Page {
        title: titled(&page, "Rewards"),
        description: format!("What points buy at {}.", page.site.name),
        canonical: first_page(&page, "/rewards"),
        feed: None,
        json_ld: None,
        content: RewardsPage { turns: Turns::of(&page, &rewards), rewards },
    })
}

/// The page of questions that the visitor asks for.
async fn list(
    page: &mut PageRequest,
    default_sort: &str,
    filters: &[(&str, Option<&str>)],
    heading: String,
) -> Result<QuestionsPage, Problem> {
    let (sort, cursor) = (page.param("sort"), page.param("cursor"));
    let mut params = vec![("sort", Some(sort.as_deref().unwrap_or(default_sort)))];
    params.extend_from_slice(filters);
    params.push(("cursor", cursor.as_deref()));
    let questions = page.read("/questions", &params).await?;
    Ok(QuestionsPage {
        heading,
        text: String::new(),
        about: String::new(),
        orders: ORDERS.map(|(order, name)| (page.with("sort", order), name)).into(),
        turns: Turns::of(page, &questions),
        questions,
    })
}

/// Search engines keep the first page of a list alone: what is on the others changes, and is found by its own address.
fn first_page(page: &PageRequest, path: &str) -> Option<String> {
    page.param("cursor").is_none().then(|| path.to_owned())
}

fn titled(page: &PageRequest, title: &str) -> String {
    format!("{title} | {}", page.site.name)
}
