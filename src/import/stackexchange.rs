//! A Stack Exchange data dump becomes members, questions, answers, comments, votes and tags.
//!
//! Authors become members without an account, and keep their names; reputation follows by our rules from the votes and
//! acceptances, each published as an event of its own date. Votes are from people unknown, because dumps do not say who
//! cast them. Everything has the name it had, under a source called after the dump's folder: importing that folder
//! again, or a later dump in a folder of that name, adds what is missing and changes nothing.
//!
//! First all files are read through, so that one that is broken is refused before anything is written. Then stage
//! after stage writes, in transactions that save how far they came.

mod rules;
mod store;

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use anyhow::{Context, Result, anyhow, bail};
use chrono::{DateTime, Utc};

use self::store::{Known, NewComment, NewLink, NewMember, NewPost, NewVote};
use super::{
    Meter, Report, Tally,
    dump::{self, Comment, LinkKind, Post, PostKind, PostLink, Record, Row, Tag, User, Vote, VoteKind},
};
use crate::{
    domain::{CommentId, MemberId, PostId, VoteId},
    events::{self, Event},
    forum::{
        post::store::settle_listings,
        search_document::{self, Document},
        tag::rules::normalise,
    },
    identity::{handle::find_retired, site_settings},
    kit::{Conn, Kit, db},
};

const BATCH_ROWS: usize = 500;
const HANDLE_ATTEMPTS_MAX: usize = 9;
/// The name, in the dump, of everybody whose account is gone.
const FORMER: &str = "former";
/// What the site itself writes under.
const SITE: i64 = -1;
/// Stage of an import that has ended.
const DONE: &str = "done";

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Members,
    Tags,
    Questions,
    Answers,
    Comments,
    Votes,
    /// What votes did not say the date of.
    Acceptances,
    Links,
}

use Stage::*;

impl Stage {
    const ALL: [Stage; 8] = [Members, Tags, Questions, Answers, Comments, Votes, Acceptances, Links];

    fn as_str(self) -> &'static str {
        match self {
            Members => "members",
            Tags => "tags",
            Questions => "questions",
            Answers => "answers",
            Comments => "comments",
            Votes => "votes",
            Acceptances => "acceptances",
            Links => "links",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Members => User::FILE,
            Tags => Tag::FILE,
            Questions | Answers | Acceptances => Post::FILE,
            Comments => Comment::FILE,
            Votes => Vote::FILE,
            Links => PostLink::FILE,
        }
    }

    /// Posts are read three times.
    fn wants(self, row: &Row) -> bool {
        let is_answer = row.text("PostTypeId") == Some("2");
        match self {
            Questions => !is_answer,
            Answers => is_answer,
            Acceptances => !is_answer && row.text("AcceptedAnswerId").is_some(),
            _ => true,
        }
    }
}

/// What must be known of the whole dump before its parts can be written.
#[derive(Default)]
struct Survey {
    rows: HashMap<&'static str, u64>,
    /// Answers that are accepted.
    accepted: HashSet<i64>,
    /// The tag that a post describes.
    excerpts: HashMap<i64, String>,
}

/// Imports the dump in `folder`, from where an earlier run stopped. `award_points` lets what is imported earn points.
///
/// # Errors
/// A sentence when a file is missing or cannot be read to its end; nothing is written then.
pub async fn import(kit: &Kit, folder: &Path, award_points: bool) -> Result<Report> {
    let name = folder.canonicalize().with_context(|| format!("{} cannot be opened", folder.display()))?;
    let Some(name) = name.file_name() else { bail!("{} has no name", folder.display()) };
    let source = format!("stackexchange:{}", name.to_string_lossy());
    let survey = survey(folder)?;
    let former = MemberId(rules::id(&source, "member", FORMER, DateTime::UNIX_EPOCH));
    let mut run = Run { kit, source, award_points, survey, former, report: Report::default() };
    let (first, mut position) = run.begin().await?;
    for stage in Stage::ALL.into_iter().skip_while(|stage| *stage != first) {
        run.stage(folder, stage, position).await?;
        position = 0;
    }
    run.end().await?;
    Ok(run.report)
}

/// Reads every file to its end, and remembers little.
fn survey(folder: &Path) -> Result<Survey> {
    let mut survey = Survey::default();
    for file in [User::FILE, Tag::FILE, Post::FILE, Comment::FILE, Vote::FILE, PostLink::FILE] {
        let mut rows = 0;
        for row in dump::rows(&folder.join(file))? {
            rows += 1;
            let row = match row {
                Err(error) if error.ends_file => bail!("{error} Nothing was imported."),
                Err(_) => continue,
                Ok(row) => row,
            };
            if file == Post::FILE
                && let Ok(Some(answer)) = row.number("AcceptedAnswerId")
            {
                survey.accepted.insert(answer);
            }
            if file == Tag::FILE
                && let Ok(tag) = Tag::read(&row)
                && let (Some(post), Some(name)) = (tag.excerpt_post_id, normalise(&tag.name))
            {
                survey.excerpts.insert(post, name);
            }
        }
        survey.rows.insert(file, rows);
    }
    Ok(survey)
}

struct Run<'a> {
    kit: &'a Kit,
    source: String,
    award_points: bool,
    survey: Survey,
    /// Writes for everybody who is gone.
    former: MemberId,
    report: Report,
}

impl Run<'_> {
    /// Where to begin.
    async fn begin(&mut self) -> Result<(Stage, u64)> {
        let mut tx = self.kit.db.begin().await?;
        let former = NewMember {
            id: self.former,
            import_id: FORMER.to_owned(),
            handle: rules::handle("former member", "0", 0),
            display_name: "Former member".to_owned(),
            bio: String::new(),
            on_leaderboards: false,
            created_at: DateTime::UNIX_EPOCH,
        };
        self.add_members(&mut tx, vec![former]).await?;
        let progress = store::find_progress(&mut tx, &self.source).await?;
        tx.commit().await?;
        Ok(progress
            .and_then(|(word, position)| Some((Stage::ALL.into_iter().find(|stage| stage.as_str() == word)?, position as u64)))
            .unwrap_or((Members, 0)))
    }

    async fn end(&mut self) -> Result<()> {
        let mut tx = self.kit.db.begin().await?;
        store::save_progress(&mut tx, &self.source, DONE, 0, self.kit.clock.now()).await?;
        Ok(tx.commit().await?)
    }

    /// Writes one stage, leaving out the first `position` rows of its file.
    async fn stage(&mut self, folder: &Path, stage: Stage, position: u64) -> Result<()> {
        let meter = Meter::start(stage.as_str(), self.survey.rows.get(stage.file()).copied().unwrap_or(0));
        meter.advance(position);
        let mut rows = dump::rows(&folder.join(stage.file()))?;
        let mut seen = HashSet::new();
        let mut tally = Tally { kind: stage.as_str(), ..Tally::default() };
        let mut done = 0;
        loop {
            let mut batch = Vec::with_capacity(BATCH_ROWS);
            let from = done;
            while done - from < BATCH_ROWS as u64 {
                let Some(row) = rows.next() else { break };
                done += 1;
                let first = match &row {
                    Err(error) if error.ends_file => return Err(error.clone().into()),
                    Err(_) => true,
                    Ok(row) => row.number("Id").ok().flatten().is_none_or(|id: i64| seen.insert(id)),
                };
                if done <= position {
                    continue;
                }
                match row {
                    // Reported once of a file that is read three times.
                    Err(error) if !matches!(stage, Answers | Acceptances) => self.report.skip(error),
                    Ok(row) if stage.wants(&row) && !first && stage != Acceptances => {
                        self.report.skip(row.error("This Id has appeared before; the first row counts.".to_owned()));
                    }
                    Ok(row) if stage.wants(&row) && first => batch.push(row),
                    _ => {}
                }
            }
            if done == from {
                break;
            }
            tally.read += batch.len() as u64;
            if done > position {
                tally.imported += self
                    .write(stage, batch, done)
                    .await
                    .with_context(|| format!("the rows {} to {done} of {} were not imported", from + 1, stage.file()))?
                    as u64;
                meter.advance(done - from.max(position));
            }
        }
        self.report.tallies.push(tally);
        Ok(())
    }

    /// Writes a batch and how far it reaches. Returns how many rows are new.
    async fn write(&mut self, stage: Stage, batch: Vec<Row>, done: u64) -> Result<usize> {
        let mut tx = self.kit.db.begin().await?;
        db::take_time(&mut tx).await?;
        let imported = match stage {
            Members => self.members(&mut tx, batch).await?,
            Tags => self.tags(&mut tx, batch).await?,
            Questions => self.questions(&mut tx, batch).await?,
            Answers => self.answers(&mut tx, batch).await?,
            Comments => self.comments(&mut tx, batch).await?,
            Votes => self.votes(&mut tx, batch).await?,
            Acceptances => self.acceptances(&mut tx, batch).await?,
            Links => self.links(&mut tx, batch).await?,
        };
        store::save_progress(&mut tx, &self.source, stage.as_str(), done as i64, self.kit.clock.now()).await?;
        tx.commit().await?;
        self.kit.outbox.wake();
        Ok(imported)
    }

    /// The rows that are what they should be; the others are reported. Each keeps its raw row for messages.
    fn typed<T: Record>(&mut self, batch: Vec<Row>) -> Vec<(Row, T)> {
        let mut typed = Vec::with_capacity(batch.len());
        for row in batch {
            match T::read(&row) {
                Ok(record) => typed.push((row, record)),
                Err(error) => self.report.skip(error),
            }
        }
        typed
    }

    fn id(&self, table: &str, name: impl ToString, at: DateTime<Utc>) -> uuid::Uuid {
        rules::id(&self.source, table, &name.to_string(), at)
    }

    async fn members(&mut self, tx: &mut Conn, batch: Vec<Row>) -> Result<usize> {
        let new = |run: &Self, user: User| {
            let number = user.id.unsigned_abs().to_string();
            let handle = rules::handle(&user.display_name, &number, 0);
            NewMember {
                id: MemberId(run.id("member", user.id, user.created_at)),
                import_id: user.id.to_string(),
                display_name: rules::display_name(&user.display_name).unwrap_or_else(|| handle.clone()),
                handle,
                bio: rules::about(user.about_html.as_deref(), rules::BIO_CHARS_MAX),
                on_leaderboards: user.id != SITE,
                created_at: user.created_at,
            }
        };
        let users = self.typed::<User>(batch);
        let members = users.into_iter().map(|(_, user)| new(self, user)).collect();
        self.add_members(tx, members).await
    }

    /// Adds members who are not there yet, under other handles where theirs are taken.
    async fn add_members(&self, tx: &mut Conn, mut members: Vec<NewMember>) -> Result<usize> {
        let mut added = 0;
        for attempt in 1..=HANDLE_ATTEMPTS_MAX {
            // Not by a handle of somebody who is gone.
            let handles: Vec<&str> = members.iter().map(|member| member.handle.as_str()).collect();
            let retired = find_retired(tx, &handles, self.kit.clock.now()).await?;
            let free: Vec<&NewMember> = members.iter().filter(|member| !retired.contains(&member.handle)).collect();
            added += store::insert_members(tx, &self.source, &free).await?;
            let ids: Vec<MemberId> = members.iter().map(|member| member.id).collect();
            let there: HashSet<MemberId> = store::find_member_ids(tx, &ids).await?.into_iter().collect();
            members.retain(|member| !there.contains(&member.id));
            if members.is_empty() {
                return Ok(added);
            }
            for member in &mut members {
                let number = member.import_id.trim_start_matches('-').parse::<u64>().unwrap_or(0).to_string();
                member.handle = rules::handle(&member.display_name, &number, attempt);
            }
        }
        Err(anyhow!("every handle for {} is taken", members[0].display_name))
    }

    async fn tags(&mut self, tx: &mut Conn, batch: Vec<Row>) -> Result<usize> {
        let mut names = Vec::new();
        for (row, tag) in self.typed::<Tag>(batch) {
            match normalise(&tag.name) {
                Some(name) => names.push(name),
                None => self.report.skip(row.error("TagName has letters that a tag here cannot have.".to_owned())),
            }
        }
        Ok(store::insert_tags(tx, &names, self.kit.clock.now()).await?)
    }

    async fn questions(&mut self, tx: &mut Conn, batch: Vec<Row>) -> Result<usize> {
        let posts = self.typed::<Post>(batch);
        let authors = self.authors(tx, posts.iter().map(|(_, post)| post.author_id)).await?;
        let (mut questions, mut tags, mut descriptions) = (Vec::new(), Vec::new(), Vec::new());
        for (row, post) in posts {
            let Some(title) = post.title.as_ref().filter(|_| post.kind == PostKind::Question) else {
                if let Some(tag) = self.survey.excerpts.get(&post.id) {
                    descriptions.push((tag.clone(), rules::about(Some(&post.body_html), rules::DESCRIPTION_CHARS_MAX)));
                }
                continue;
            };
            let id = PostId(self.id("post", post.id, post.created_at));
            let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
            if title.chars().count() > rules::TITLE_CHARS_MAX {
                self.report.skip(row.error(format!("Title has more than {} characters.", rules::TITLE_CHARS_MAX)));
                continue;
            }
            match new_post(&post, id, id, self.author(&authors, post.author_id), Some(title)) {
                Ok(question) => questions.push(question),
                Err(reason) => {
                    self.report.skip(row.error(reason));
                    continue;
                }
            }
            tags.extend(post.tags.iter().filter_map(|tag| normalise(tag)).map(|name| (id, name)));
        }
        let added = self.add_posts(tx, &questions).await?;
        let new: HashSet<PostId> = added.iter().copied().collect();
        tags.retain(|(question, _)| new.contains(question));
        let mut names: Vec<String> = tags.iter().map(|(_, name)| name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        store::insert_tags(tx, &names, self.kit.clock.now()).await?;
        store::tag_questions(tx, &tags).await?;
        store::describe_tags(tx, &descriptions).await?;
        settle_listings(tx, &added).await?;
        Ok(added.len())
    }

    async fn answers(&mut self, tx: &mut Conn, batch: Vec<Row>) -> Result<usize> {
        let posts = self.typed::<Post>(batch);
        let authors = self.authors(tx, posts.iter().map(|(_, post)| post.author_id)).await?;
        let known = self.posts(tx, posts.iter().filter_map(|(_, post)| post.parent_id)).await?;
        let mut answers = Vec::new();
        for (row, post) in posts {
            let question = post.parent_id.and_then(|id| known.get(&id.to_string())).filter(|parent| parent.id == parent.question_id);
            let Some(question) = question else {
                self.report.skip(row.error(format!("The question {} is not here.", post.parent_id.unwrap_or_default())));
                continue;
            };
            let id = PostId(self.id("post", post.id, post.created_at));
            match new_post(&post, id, question.id, self.author(&authors, post.author_id), None) {
                Ok(answer) => answers.push(answer),
                Err(reason) => self.report.skip(row.error(reason)),
            }
        }
        let added = self.add_posts(tx, &answers).await?;
        let new: HashSet<PostId> = added.iter().copied().collect();
        let questions = answers.iter().filter(|answer| new.contains(&answer.id)).map(|answer| answer.question_id);
        settle_listings(tx, &distinct(questions)).await?;
        Ok(added.len())
    }

    /// Adds posts with what they are found by. Returns the ids of those that are new.
    async fn add_posts(&self, tx: &mut Conn, posts: &[NewPost]) -> Result<Vec<PostId>> {
        let added = store::insert_posts(tx, &self.source, posts).await?;
        let new: HashSet<PostId> = added.iter().copied().collect();
        let new = posts.iter().filter(|post| new.contains(&post.id));
        let site = site_settings::current(self.kit).await?;
        let document =
            |post: &NewPost| Document::of(post.id, post.title.as_deref().unwrap_or_default(), &post.body_markdown, site.language.as_str());
        search_document::put(tx, &new.map(document).collect::<Vec<_>>()).await?;
        Ok(added)
    }

    async fn comments(&mut self, tx: &mut Conn, batch: Vec<Row>) -> Result<usize> {
        let rows = self.typed::<Comment>(batch);
        let authors = self.authors(tx, rows.iter().map(|(_, comment)| comment.author_id)).await?;
        let known = self.posts(tx, rows.iter().map(|(_, comment)| comment.post_id)).await?;
        let threads: HashMap<i64, PostId> =
            rows.iter().filter_map(|(_, comment)| Some((comment.post_id, known.get(&comment.post_id.to_string())?.question_id))).collect();
        let here: Vec<(PostId, MemberId)> = rows
            .iter()
            .filter_map(|(_, comment)| Some((*threads.get(&comment.post_id)?, self.author(&authors, comment.author_id))))
            .collect();
        let participants = store::find_participants(tx, &distinct(threads.values().copied()), &here, self.former).await?;
        let mut comments = Vec::new();
        for (row, comment) in rows {
            let Some(post) = self.post(&known, &row, comment.post_id) else { continue };
            let (text, named) =
                rules::call_by_handle(&comment.text, participants.get(&post.question_id).map(Vec::as_slice).unwrap_or_default());
            let handle_of = |name: &str| named.iter().find(|one| one.handle.eq_ignore_ascii_case(name)).map(|one| one.handle.clone());
            match rules::body_of_markdown(text, &handle_of) {
                Ok(body) => comments.push(NewComment {
                    id: CommentId(self.id("comment", comment.id, comment.created_at)),
                    import_id: comment.id.to_string(),
                    post_id: post.id,
                    author_id: self.author(&authors, comment.author_id),
                    body_markdown: body.markdown,
                    body_html: body.html,
                    mentions: named.iter().map(|one| one.id).collect(),
                    created_at: comment.created_at,
                }),
                Err(reason) => self.report.skip(row.error(reason)),
            }
        }
        Ok(store::insert_comments(tx, &self.source, &comments).await?)
    }

    /// Votes up and down, and acceptances where they stand among them: the file is in the order of time.
    async fn votes(&mut self, tx: &mut Conn, batch: Vec<Row>) -> Result<usize> {
        let rows = self.typed::<Vote>(batch);
        let wanted = |vote: &Vote| matches!(vote.kind, VoteKind::Up | VoteKind::Down | VoteKind::Accepted);
        let rows: Vec<_> = rows.into_iter().filter(|(_, vote)| wanted(vote)).collect();
        let known = self.posts(tx, rows.iter().map(|(_, vote)| vote.post_id)).await?;
        let (mut votes, mut accepted, mut imported) = (Vec::new(), Vec::new(), Vec::new());
        for (row, vote) in rows {
            let Some(post) = self.post(&known, &row, vote.post_id) else { continue };
            if vote.kind == VoteKind::Accepted {
                if post.id != post.question_id && self.survey.accepted.contains(&vote.post_id) {
                    accepted.push((post.question_id, post.id, vote.created_at));
                    imported.push((vote.created_at, ImportedEvent::Acceptance(post)));
                }
                continue;
            }
            let id = VoteId(self.id("vote", vote.id, vote.created_at));
            let value = if vote.kind == VoteKind::Up { 1 } else { -1 };
            votes.push(NewVote { id, import_id: vote.id.to_string(), post_id: post.id, value, cast_at: vote.created_at });
            imported.push((vote.created_at, ImportedEvent::Vote(id, value, post)));
        }
        let counted: HashSet<VoteId> = store::insert_votes(tx, &self.source, &votes).await?.into_iter().collect();
        let solved: HashSet<PostId> = store::accept(tx, &accepted, self.award_points).await?.into_iter().collect();
        imported.retain(|(_, imported)| match imported {
            ImportedEvent::Vote(id, ..) => counted.contains(id),
            ImportedEvent::Acceptance(answer) => solved.contains(&answer.question_id),
        });
        let changed = imported.iter().map(|(_, imported)| match imported {
            ImportedEvent::Vote(_, _, post) | ImportedEvent::Acceptance(post) => post.question_id,
        });
        settle_listings(tx, &distinct(changed)).await?;
        self.publish(tx, &imported).await?;
        Ok(counted.len())
    }

    async fn acceptances(&mut self, tx: &mut Conn, batch: Vec<Row>) -> Result<usize> {
        // What is wrong with them was reported when they were questions.
        let questions: Vec<(Row, Post)> = batch.into_iter().filter_map(|row| Post::read(&row).ok().map(|post| (row, post))).collect();
        let known = self.posts(tx, questions.iter().filter_map(|(_, question)| question.accepted_answer_id)).await?;
        let mut accepted = Vec::new();
        let mut answers = HashMap::new();
        for (row, question) in questions {
            let Some(id) = question.accepted_answer_id else { continue };
            let own = PostId(self.id("post", question.id, question.created_at));
            match known.get(&id.to_string()).filter(|answer| answer.question_id == own && answer.id != own) {
                Some(answer) => {
                    // The answer's own date is the earliest that it can have been.
                    accepted.push((own, answer.id, answer.created_at));
                    answers.insert(own, *answer);
                }
                None => self.report.skip(row.error(format!("The accepted answer {id} is not among its answers."))),
            }
        }
        let solved = store::accept(tx, &accepted, self.award_points).await?;
        let imported: Vec<_> =
            solved.iter().filter_map(|id| answers.get(id)).map(|answer| (answer.created_at, ImportedEvent::Acceptance(*answer))).collect();
        self.publish(tx, &imported).await?;
        Ok(solved.len())
    }

    async fn links(&mut self, tx: &mut Conn, batch: Vec<Row>) -> Result<usize> {
        let rows = self.typed::<PostLink>(batch);
        let known = self.posts(tx, rows.iter().flat_map(|(_, link)| [link.post_id, link.related_post_id])).await?;
        let mut links = Vec::new();
        for (row, link) in rows {
            if matches!(link.kind, LinkKind::Other(_)) {
                continue;
            }
            let Some(from) = self.post(&known, &row, link.post_id) else { continue };
            let Some(to) = self.post(&known, &row, link.related_post_id) else { continue };
            // An answer's link is its question's.
            let (question_id, related_id) = (from.question_id, to.question_id);
            if question_id != related_id {
                links.push(NewLink { question_id, related_id, duplicate: link.kind == LinkKind::Duplicate, created_at: link.created_at });
            }
        }
        Ok(store::insert_links(tx, &links).await?)
    }

    async fn authors(&self, tx: &mut Conn, ids: impl Iterator<Item = Option<i64>>) -> Result<HashMap<String, MemberId>> {
        let ids: Vec<String> = ids.flatten().collect::<HashSet<_>>().iter().map(ToString::to_string).collect();
        Ok(store::find_members(tx, &self.source, &ids).await?)
    }

    fn author(&self, authors: &HashMap<String, MemberId>, id: Option<i64>) -> MemberId {
        id.and_then(|id| authors.get(&id.to_string())).copied().unwrap_or(self.former)
    }

    async fn posts(&self, tx: &mut Conn, ids: impl Iterator<Item = i64>) -> Result<HashMap<String, Known>> {
        let ids: Vec<String> = ids.collect::<HashSet<_>>().iter().map(ToString::to_string).collect();
        Ok(store::lock_posts(tx, &self.source, &ids).await?)
    }

    /// The post of a row, which is reported when there is none.
    fn post(&mut self, known: &HashMap<String, Known>, row: &Row, id: i64) -> Option<Known> {
        let post = known.get(&id.to_string()).copied();
        if post.is_none() {
            self.report.skip(row.error(format!("The post {id} is not here.")));
        }
        post
    }

    async fn publish(&self, tx: &mut Conn, imported: &[(DateTime<Utc>, ImportedEvent)]) -> Result<()> {
        let mut events = Vec::with_capacity(imported.len());
        for (at, imported) in imported {
            match *imported {
                ImportedEvent::Vote(vote_id, value, post) => {
                    events.push((*at, Event::VoteCast { vote_id, post: post.post_ref(), voter_id: None, from: 0, to: value }))
                }
                ImportedEvent::Acceptance(answer) => {
                    let asker_id = answer.asker_id;
                    events.push((*at, Event::AnswerAccepted { answer: answer.post_ref(), asker_id }));
                    if answer.author_id != asker_id {
                        events.push((*at, Event::AcceptedAnswersChanged { member_id: answer.author_id, amount: 1, group_id: None }));
                    }
                }
            }
        }
        Ok(events::publish_at(tx, &events).await?)
    }
}

/// What others hear of.
#[derive(Clone, Copy)]
enum ImportedEvent {
    Vote(VoteId, i16, Known),
    Acceptance(Known),
}

fn distinct(ids: impl Iterator<Item = PostId>) -> Vec<PostId> {
    ids.collect::<HashSet<_>>().into_iter().collect()
}

fn new_post(post: &Post, id: PostId, question_id: PostId, author_id: MemberId, title: Option<String>) -> Result<NewPost, String> {
    let body = rules::body_of_html(&post.body_html)?;
    Ok(NewPost {
        id,
        question_id,
        import_id: post.id.to_string(),
        author_id,
        title,
        body_markdown: body.markdown,
        body_html: body.html,
        excerpt: body.excerpt,
        created_at: post.created_at,
        edited_at: post.edited_at,
        closed_at: post.closed_at,
    })
}
