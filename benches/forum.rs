//! The forum of `fixture.sql`, and people who may write in it.

use std::{
    collections::{HashMap, HashSet},
    ops::RangeInclusive,
};

use regulars::kit::markdown::RENDERER;

use crate::{
    databases::Databases,
    load::{self, Requests},
    program::{Cache, Program},
};

const FIXTURE: &str = include_str!("fixture.sql");
/// Of [`FIXTURE`]: who votes where votes are measured, and replies; who votes beside what is measured; and who reads.
const VOTERS: RangeInclusive<usize> = 1..=16;
const BYSTANDERS: RangeInclusive<usize> = 17..=32;
const READER: usize = 33;
/// Questions that bystanders vote on: as many as a list shows, so that each vote changes something that is being read.
const SHOWN: usize = 20;
/// Texts that say how often words are used.
const SAMPLE: usize = 1_000;

/// A forum, and what is read of it and written to it.
pub struct Forum {
    pub databases: Databases,
    /// The newest question, with 20 answers.
    pub question: String,
    /// Its page's path.
    pub page: String,
    /// The header that says who the reader is.
    pub reader: String,
    /// Up votes that earn an award each, as far as a day allows: each voter votes once on each author.
    pub votes: Requests,
    /// Up votes on what is being read: the newest questions and their answers.
    pub votes_beside: Requests,
    /// Answers of two paragraphs to the older questions, in turn, by several people.
    pub replies: Requests,
    /// A word, and in how many of 100 texts it stands.
    words: Vec<(f64, String)>,
}

impl Forum {
    /// So many times the fixture.
    pub fn fill(name: &str, scale: u32) -> anyhow::Result<Self> {
        let databases = Databases::start(name, true)?;
        databases.sql(&format!("set fixture.scale = '{scale}'; set fixture.renderer = '{RENDERER}'; {FIXTURE}"))?;
        databases.operate(&["admin", "rebuild-leaderboards"])?;
        databases.operate(&["admin", "index-posts"])?;
        databases.sql("vacuum analyze")?;
        databases.sql("checkpoint")?;

        let program = Program::serve(&databases, Cache::Off)?;
        program.join("somebody")?;
        databases.sql(&format!("set bench.members = '{READER}'; {ACCOUNTS}"))?;
        let sign_in = |n: usize| Ok(load::bearer(&program.sign_in(&format!("member{n}"))?));
        let voters = VOTERS.map(sign_in).collect::<anyhow::Result<Vec<_>>>()?;
        let bystanders = BYSTANDERS.map(sign_in).collect::<anyhow::Result<Vec<_>>>()?;
        let question = databases.one("select id::text from post where kind = 'question' order by created_at desc limit 1")?;
        Ok(Self {
            page: load::header(program.address, &load::get(&format!("/questions/{question}"), "").next(), "location")?,
            question,
            reader: sign_in(READER)?,
            votes: votes(&databases, voters.clone())?,
            votes_beside: votes_beside(&databases, bystanders)?,
            replies: replies(&databases, voters)?,
            words: words(&databases)?,
            databases,
        })
    }

    /// Fails unless every invariant holds.
    pub fn verify(&self) -> anyhow::Result<()> {
        self.databases.operate(&["verify"])
    }

    /// The path of a search for words, of which each stands in about so many of 100 posts.
    pub fn search(&self, percents: &[f64]) -> String {
        let words: Vec<_> = percents.iter().map(|&percent| self.word(percent)).collect();
        format!("/api/v1/search?q={}", words.join("%20"))
    }

    fn word(&self, percent: f64) -> &str {
        let off = |(share, _): &&(f64, String)| (share - percent).abs();
        self.words.iter().min_by(|a, b| off(a).total_cmp(&off(b))).map_or("", |(_, word)| word)
    }

    /// The path of a search for questions that are like the newest one.
    pub fn similar(&self) -> anyhow::Result<String> {
        let title = self.databases.one(&format!("select split_part(title, ' number ', 1) from post where id = '{}'", self.question))?;
        Ok(format!("/api/v1/questions/similar?title={}", title.replace(' ', "%20")))
    }
}

fn votes(databases: &Databases, voters: Vec<String>) -> anyhow::Result<Requests> {
    let answers = databases.rows(&format!(
        "select distinct on (p.author_id) '/api/v1/answers/' || p.id || '/vote' from post p join member m on m.id = p.author_id
         where p.kind = 'answer' and m.handle not in ({}) order by p.author_id, p.id",
        handles(VOTERS)
    ))?;
    Ok(up_votes(answers, voters))
}

fn votes_beside(databases: &Databases, voters: Vec<String>) -> anyhow::Result<Requests> {
    let posts = databases.rows(&format!(
        "select '/api/v1/' || p.kind || 's/' || p.id || '/vote' from post p join member m on m.id = p.author_id
         where p.question_id in (select id from post where kind = 'question' order by created_at desc limit {SHOWN})
         and m.handle not in ({}) order by md5(p.id::text)",
        handles(BYSTANDERS)
    ))?;
    Ok(up_votes(posts, voters))
}

fn replies(databases: &Databases, authors: Vec<String>) -> anyhow::Result<Requests> {
    let questions =
        databases.rows("select '/api/v1/questions/' || id || '/answers' from post where kind = 'question' order by id limit 5000")?;
    let paragraph = "It drips for days on end, and then it stops for a while, as if somebody had turned it off. ".repeat(3);
    Ok(Requests::new(move |n| {
        let body = format!(r#"{{"body":"This is reply number {n}. {paragraph}\n\n{paragraph}"}}"#);
        load::post(&questions[n as usize % questions.len()], &authors[n as usize % authors.len()], &body)
    }))
}

/// The handles of some of the fixture's members, as SQL.
fn handles(members: RangeInclusive<usize>) -> String {
    members.map(|n| format!("'member{n}'")).collect::<Vec<_>>().join(", ")
}

/// Each voter on each post, post by post.
fn up_votes(paths: Vec<String>, voters: Vec<String>) -> Requests {
    Requests::new(move |n| {
        let voter = &voters[n as usize / paths.len() % voters.len()];
        load::put(&paths[n as usize % paths.len()], voter, r#"{"value":1}"#)
    })
}

/// Accounts for the first members, with the password of somebody who registered.
const ACCOUNTS: &str = "
    insert into account (id, member_id, email, email_key, email_hash, email_canonical, password_hash, created_at)
    select gen_random_uuid(), m.id, e.email, e.email, sha256(convert_to(e.email, 'UTF8')), e.email, a.password_hash, now()
    from generate_series(1, current_setting('bench.members')::int) n
    join member m on m.handle = 'member' || n
    cross join lateral (select 'member' || n || '@bench.example' as email) e
    join account a on a.email_key = 'somebody@bench.example'";

/// The words of the newest texts, with how many of 100 texts they stand in.
fn words(databases: &Databases) -> anyhow::Result<Vec<(f64, String)>> {
    let texts = databases.rows(&format!("select body_markdown from post order by id desc limit {SAMPLE}"))?;
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for text in &texts {
        let words: HashSet<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() > 3).collect();
        for word in words {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut words: Vec<_> =
        counts.into_iter().map(|(word, texts_with)| (100.0 * texts_with as f64 / texts.len() as f64, word.to_owned())).collect();
    // Of equals, always the same one.
    words.sort_by(|(_, a), (_, b)| a.cmp(b));
    Ok(words)
}
