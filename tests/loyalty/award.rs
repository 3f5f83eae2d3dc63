//! Points for answers that helped. The forum's events are told as the forum tells them.

use chrono::Duration;
use regulars::{
    events::{self, Event, PostRef},
    words::{MemberId, PostId, PostKind, VoteId},
};

use crate::town::{Person, Town};

fn id(person: &Person) -> MemberId {
    MemberId(person.id().parse().unwrap())
}

async fn tells(town: &Town, event: Event) {
    let mut tx = town.app.kit.db.begin().await.unwrap();
    events::tell(&mut tx, town.clock.now(), [event]).await.unwrap();
    tx.commit().await.unwrap();
    town.settle().await;
}

/// An answer of `author` to a question of its own.
async fn answer(town: &Town, author: &Person) -> PostRef {
    let (question_id, id) = (PostId::new(), PostId::new());
    let author_id = self::id(author);
    town.sql(&format!(
        "insert into post (id, kind, question_id, author_id, title, body_markdown, body_html, renderer, answer_count, active_at, created_at) values
           ('{question_id}', 'question', '{question_id}', '{author_id}', 'Which grinder?', '', '', 1, 1, now(), now()),
           ('{id}', 'answer', '{question_id}', '{author_id}', null, '', '', 1, 0, now(), now())"
    ))
    .await;
    PostRef { id, kind: PostKind::Answer, question_id, author_id, group_id: None }
}

/// A vote that can be taken back.
struct Vote {
    id: VoteId,
    post: PostRef,
    voter: MemberId,
}

impl Vote {
    async fn up(town: &Town, post: PostRef, voter: &Person) -> Self {
        let vote = Self { id: VoteId::new(), post, voter: id(voter) };
        tells(town, vote.turns(0, 1)).await;
        vote
    }

    fn turns(&self, from: i16, to: i16) -> Event {
        let (vote_id, post, voter_id) = (self.id, self.post, Some(self.voter));
        Event::VoteCast { vote_id, post, voter_id, voter_trust: 1, from, to, earns_points: true }
    }

    async fn is_taken_back(&self, town: &Town) {
        tells(town, self.turns(1, 0)).await;
    }
}

#[tokio::test]
async fn a_vote_for_an_answer_earns_points_until_it_is_taken_back() {
    let town = Town::new().await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    let post = answer(&town, &ada).await;
    let vote = Vote::up(&town, post, &bob).await;
    assert_eq!(ada.points().await, [0, 2, 0, 0]);
    // Told twice, granted once.
    tells(&town, vote.turns(0, 1)).await;
    assert_eq!(ada.points().await, [0, 2, 0, 0]);
    town.passes(Duration::days(7)).await;
    assert_eq!(ada.points().await, [2, 0, 0, 0]);
    vote.is_taken_back(&town).await;
    assert_eq!(ada.points().await, [0, 0, 0, 0]);
    tells(&town, vote.turns(0, 1)).await;
    assert_eq!(ada.points().await, [0, 2, 0, 0]);
}

#[tokio::test]
async fn an_accepted_answer_earns_points_three_times_a_day() {
    let town = Town::new().await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    let mut accepted = Vec::new();
    for _ in 0..4 {
        let answer = answer(&town, &ada).await;
        tells(&town, Event::AnswerAccepted { answer, asker_id: id(&bob), earns_points: true }).await;
        accepted.push(answer);
    }
    assert_eq!(ada.points().await, [0, 30, 0, 0]);
    assert_eq!(town.rows("select limited_by from award where granted = 0").await, ["times_per_day"]);
    // The fourth takes the place of the first.
    tells(&town, Event::AnswerUnaccepted { answer: accepted[0], asker_id: id(&bob) }).await;
    assert_eq!(ada.points().await, [0, 30, 0, 0]);
    tells(&town, Event::AnswerUnaccepted { answer: accepted[1], asker_id: id(&bob) }).await;
    assert_eq!(ada.points().await, [0, 20, 0, 0]);
    town.clock.advance(Duration::days(1));
    tells(&town, Event::AnswerAccepted { answer: accepted[0], asker_id: id(&bob), earns_points: true }).await;
    assert_eq!(ada.points().await, [0, 30, 0, 0]);
}

/// Vector 12, with a cap of ten.
#[tokio::test]
async fn what_a_ring_took_of_the_cap_goes_to_honest_votes_when_it_falls() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let mut ring = Vec::new();
    for n in 0..13 {
        let (post, voter) = (answer(&town, &ada).await, town.member(&format!("voter{n}")).await);
        ring.push(Vote::up(&town, post, &voter).await);
    }
    assert_eq!(ada.points().await, [0, 20, 0, 0]);
    for vote in &ring[..10] {
        vote.is_taken_back(&town).await;
    }
    assert_eq!(ada.points().await, [0, 6, 0, 0]);
    assert_eq!(town.count("select count(*) from award where granted > 0 and revoked_at is null").await, 3);
}

#[tokio::test]
async fn a_voter_pays_an_author_once_a_day() {
    let town = Town::new().await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    let (first, second) = (answer(&town, &ada).await, answer(&town, &ada).await);
    let vote = Vote::up(&town, first, &bob).await;
    Vote::up(&town, second, &bob).await;
    assert_eq!(ada.points().await, [0, 2, 0, 0]);
    vote.is_taken_back(&town).await;
    assert_eq!(ada.points().await, [0, 2, 0, 0]);
    assert_eq!(town.rows("select limited_by from award where limited_by is not null").await, Vec::<String>::new());
}

#[tokio::test]
async fn hiding_takes_back_exactly_and_restoring_gives_again() {
    let town = Town::new().await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    let post = answer(&town, &ada).await;
    tells(&town, Event::AnswerAccepted { answer: post, asker_id: id(&bob), earns_points: true }).await;
    let vote = Vote::up(&town, post, &bob).await;
    let hidden = Event::PostWithdrawn { post, review_item_id: None };
    let shown = Event::PostReturned { post, review_item_id: None };
    for expected in [[0, 12, 0, 0], [12, 0, 0, 0]] {
        assert_eq!(ada.points().await, expected);
        tells(&town, hidden.clone()).await;
        assert_eq!(ada.points().await, [0, 0, 0, 0]);
        tells(&town, hidden.clone()).await;
        tells(&town, shown.clone()).await;
        assert_eq!(ada.points().await, expected);
        town.passes(Duration::days(7)).await;
    }
    // A vote that is taken back meanwhile does not return.
    tells(&town, hidden).await;
    vote.is_taken_back(&town).await;
    tells(&town, shown).await;
    assert_eq!(ada.points().await, [10, 0, 0, 0]);
    assert_eq!(town.count("select sum(points)::bigint from qualifying_entry").await, 10);
}

#[tokio::test]
async fn a_batch_of_events_is_heard_in_order() {
    let town = Town::new().await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    let post = answer(&town, &ada).await;
    let vote = Vote { id: VoteId::new(), post, voter: id(&bob) };
    let hidden = Event::PostWithdrawn { post, review_item_id: None };
    let shown = Event::PostReturned { post, review_item_id: None };
    let accepted = Event::AnswerAccepted { answer: post, asker_id: id(&bob), earns_points: true };
    let imported = Event::AnswerAccepted { answer: answer(&town, &ada).await, asker_id: id(&bob), earns_points: false };
    let story = [vote.turns(0, 1), accepted, imported, hidden, shown, vote.turns(1, -1), vote.turns(-1, 1)];
    let mut tx = town.app.kit.db.begin().await.unwrap();
    events::tell(&mut tx, town.clock.now(), story).await.unwrap();
    tx.commit().await.unwrap();
    town.settle().await;
    assert_eq!(ada.points().await, [0, 12, 0, 0]);
}

#[tokio::test]
async fn enough_help_reaches_a_tier() {
    let town = Town::new().await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    town.sql("update tier set threshold = 10 where rank = 10").await;
    let post = answer(&town, &ada).await;
    tells(&town, Event::AnswerAccepted { answer: post, asker_id: id(&bob), earns_points: true }).await;
    assert_eq!(ada.tier().await, "Silver");
    tells(&town, Event::AnswerUnaccepted { answer: post, asker_id: id(&bob) }).await;
    assert_eq!(ada.tier().await, "Member");
}

#[tokio::test]
async fn who_is_gone_earns_nothing_more() {
    let town = Town::new().await;
    let (ada, bob, cid) = (town.member("ada").await, town.member("bob").await, town.member("cid").await);
    let (post, other) = (answer(&town, &ada).await, answer(&town, &ada).await);
    Vote::up(&town, post, &bob).await;
    // Hidden while she leaves, and back when she is gone.
    tells(&town, Event::PostWithdrawn { post, review_item_id: None }).await;
    ada.tries_to_erase_themselves(crate::town::PASSWORD).await.is(204);
    town.settle().await;
    tells(&town, Event::PostReturned { post, review_item_id: None }).await;
    Vote::up(&town, other, &cid).await;
    tells(&town, Event::AnswerAccepted { answer: other, asker_id: id(&bob), earns_points: true }).await;
    let total = format!("select coalesce(sum(available + pending + reserved + arrears), 0) from wallet where member_id = '{}'", ada.id());
    assert_eq!(town.count(&total).await, 0);
}

#[tokio::test]
async fn what_a_cap_kept_from_somebody_is_not_paid_when_they_are_gone() {
    let town = Town::new().await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    let (first, second) = (answer(&town, &ada).await, answer(&town, &ada).await);
    let vote = Vote::up(&town, first, &bob).await;
    Vote::up(&town, second, &bob).await;
    ada.tries_to_erase_themselves(crate::town::PASSWORD).await.is(204);
    town.settle().await;
    let books = "select string_agg(granted || ' ' || coalesce(revoked_at::text, ''), ', ' order by id) from award";
    let before = town.rows(books).await;
    vote.is_taken_back(&town).await;
    assert_eq!(town.rows(books).await, before, "nobody touches the books of who is gone");
    assert_eq!(town.count("select sum(available + pending + reserved - arrears) from wallet").await, 0);
}

/// Who is gone neither earns nor owes, whatever becomes of their posts.
#[tokio::test]
async fn nobody_is_paid_or_charged_after_they_left() {
    let town = Town::new().await;
    let (ada, cleo, bob) = (town.member("ada").await, town.member("cleo").await, town.member("bob").await);
    let (hidden, shown) = (answer(&town, &ada).await, answer(&town, &cleo).await);
    for answer in [hidden, shown] {
        tells(&town, Event::AnswerAccepted { answer, asker_id: id(&bob), earns_points: true }).await;
    }
    tells(&town, Event::PostWithdrawn { post: hidden, review_item_id: None }).await;
    for gone in [&ada, &cleo] {
        gone.tries_to_erase_themselves(crate::town::PASSWORD).await.is(204);
    }
    town.settle().await;
    tells(&town, Event::PostReturned { post: hidden, review_item_id: None }).await;
    tells(&town, Event::PostWithdrawn { post: shown, review_item_id: None }).await;
    tells(&town, Event::AnswerUnaccepted { answer: shown, asker_id: id(&bob) }).await;
    let left = town.rows("select available || ' ' || pending || ' ' || reserved || ' ' || arrears from wallet").await;
    assert_eq!(left, ["0 0 0 0", "0 0 0 0"]);
}

/// A deadlock or a lock that takes too long is nobody's fault: the event waits, and is not put aside.
#[tokio::test]
async fn a_busy_database_costs_nobody_their_points() {
    let town = Town::new().await;
    let (ada, bob) = (town.member("ada").await, town.member("bob").await);
    town.settle().await;
    let post = answer(&town, &ada).await;
    town.sql(
        "create function deadlock() returns trigger language plpgsql as $$ begin raise exception 'deadlock detected'; end $$;
         create trigger deadlock before insert on award for each row execute function deadlock()",
    )
    .await;
    let vote = Vote { id: VoteId::new(), post, voter: id(&bob) };
    let mut tx = town.app.kit.db.begin().await.unwrap();
    events::tell(&mut tx, town.clock.now(), [vote.turns(0, 1)]).await.unwrap();
    tx.commit().await.unwrap();
    let mut failures = 0;
    for _ in 0..1_000 {
        match town.app.deliver_events().await {
            Err(_) => failures += 1,
            // Another town's transaction may still be older than the event.
            Ok(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
        if failures == 10 {
            break;
        }
    }
    assert_eq!(failures, 10, "it says each time that it could not");
    town.sql("drop trigger deadlock on award").await;
    town.settle().await;
    assert_eq!(ada.points().await, [0, 2, 0, 0]);
}

/// Deliveries open many wallets in the order of events, and others in the order of ids.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_open_several_wallets_do_not_wait_in_a_circle() {
    let town = Town::new().await;
    let (root, voter) = (town.admin("root_of_all").await, town.member("voter").await);
    let (ann, ben) = (town.member("ann").await, town.member("ben").await);
    for person in [&ann, &ben] {
        town.records_order(person, 100_000).await;
    }
    let mut votes = Vec::new();
    for author in [&ben, &ann] {
        votes.push(Vote { id: VoteId::new(), post: answer(&town, author).await, voter: id(&voter) }.turns(0, 1));
    }
    town.settle().await;
    town.sql(
        "create function nap() returns trigger language plpgsql as $$ begin perform pg_sleep(0.35); return new; end $$;
         create trigger nap before update on wallet for each row execute function nap()",
    )
    .await;
    let mut tx = town.app.kit.db.begin().await.unwrap();
    events::tell(&mut tx, town.clock.now(), votes).await.unwrap();
    tx.commit().await.unwrap();
    let changes = async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        root.post("/admin/tiers", serde_json::json!({ "rank": 15, "name": "Electrum", "threshold": 900 })).await
    };
    let (delivered, changed) = tokio::join!(town.app.deliver_events(), changes);
    changed.is(201);
    delivered.unwrap();
    assert_eq!([ann.tier().await, ben.tier().await], ["Electrum", "Electrum"]);
}
