//! Regular work on what posts are found by.

use std::time::Duration;

use tokio::task::spawn_blocking;

use super::{
    analysis::Document,
    dictionary::ONE_IN,
    store::{self, Stale},
};
use crate::{
    identity::site_settings,
    kit::{
        Kit, Problem,
        background::Job,
        db::{allow_whole_tables, take_time},
        verify::CHECK_TIMEOUT,
    },
};

/// Posts that are taken apart in one transaction.
const BATCH_POSTS: i32 = 500;

/// Takes posts apart that came without their words, or whose words were made otherwise than today, every minute.
pub const INDEX_STALE_POSTS: Job = Job {
    name: "index_stale_posts",
    every: Duration::from_secs(60),
    run: |kit| Box::pin(async move { index_stale_posts(&kit, |_| ()).await.map(drop) }),
};

/// Counts the words of all posts, every minute, when enough of them are new.
pub const COUNT_WORDS: Job =
    Job { name: "count_words", every: Duration::from_secs(60), run: |kit| Box::pin(async move { count_new_words(&kit).await }) };

/// How many posts are to be taken apart.
pub async fn count_stale_posts(kit: &Kit) -> Result<u64, Problem> {
    Ok(store::count_stale(&mut *kit.db.read().await?).await?)
}

/// Takes them apart, and tells after each batch how many more are done. Returns how many it were.
pub async fn index_stale_posts(kit: &Kit, advance: impl Fn(u64) + Send) -> Result<u64, Problem> {
    let language = site_settings::current(kit).await?.language;
    let mut done = 0;
    loop {
        let mut tx = kit.db.begin().await?;
        take_time(&mut tx).await?;
        let posts = store::find_stale(&mut tx, BATCH_POSTS).await?;
        let batch = posts.len();
        let document = move |post: &Stale| Document::of(post.id, &post.title, &post.body_markdown, language.as_str());
        // Requests do not wait for a batch to be taken apart.
        let documents = spawn_blocking(move || posts.iter().map(document).collect::<Vec<_>>()).await.map_err(Problem::internal)?;
        store::put(&mut tx, &documents).await?;
        tx.commit().await?;
        advance(batch as u64);
        done += batch as u64;
        if batch < BATCH_POSTS as usize {
            return Ok(done);
        }
    }
}

async fn count_new_words(kit: &Kit) -> Result<(), Problem> {
    let counted = store::find_count(&mut *kit.db.read().await?).await?;
    if counted.is_due(kit.clock.now()) { count_words(kit).await } else { Ok(()) }
}

/// Counts the words of all posts.
pub async fn count_words(kit: &Kit) -> Result<(), Problem> {
    let mut tx = kit.db.begin().await?;
    allow_whole_tables(&mut tx, CHECK_TIMEOUT).await?;
    // Where words were taken out meanwhile, the next minute counts again.
    if store::count_words(&mut tx, ONE_IN, kit.clock.now()).await? { tx.commit().await } else { Ok(()) }
}
