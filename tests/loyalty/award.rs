//! Points for answers that helped.

use chrono::Duration;
use diesel_async::SimpleAsyncConnection;
use regulars::{
    domain::{PostId, PostKind, PostState, VoteId},
    events::{Event, PostRef},
};

use crate::support::{PASSWORD, Person, Town};

/// An answer, and its question.
struct Answer {
    id: String,
    question: String,
}

impl Answer {
    async fn new(author: &Person, asker: &Person) -> Self {
        let question = asker.asks("Which grinder?").await;
        Self { id: author.answers(&question, "This one, which I have had for years.").await, question }
    }

    fn post(&self, author: &Person) -> PostRef {
        let id = |text: &str| PostId(text.parse().unwrap());
        PostRef { id: id(&self.id), kind: PostKind::Answer, question_id: id(&self.question), author_id: author.member(), group_id: None }
    }

    async fn accepted_by(self, town: &Town, asker: &Person) -> Self {
        asker.accepts(&self.question, &self.id).await;
        town.settle().await;
        self
    }

    async fn voted(&self, town: &Town, voter: &Person, value: i64) {
        voter.votes_on_answer(&self.id, value).await.is(200);
        town.settle().await;
    }

    async fn is(&self, town: &Town, state: PostState) {
        town.moves_post(&self.id, state).await;
        town.settle().await;
    }
}

/// Members whom everybody trusts, for as long as they like.
async fn regulars<const N: usize>(town: &Town, handles: [&str; N]) -> [Person; N] {
    let mut people = Vec::new();
    for handle in handles {
        let person = town.member(handle).await;
        town.trusts(&person, 1).await;
        people.push(person);
    }
    people.try_into().ok().unwrap()
}

#[tokio::test]
async fn a_vote_for_an_answer_earns_points_until_it_is_taken_back() {
    let town = Town::new().await;
    let [ada, bob] = regulars(&town, ["ada", "bob"]).await;
    let answer = Answer::new(&ada, &bob).await;
    answer.voted(&town, &bob, 1).await;
    assert_eq!(ada.points().await, [0, 2, 0, 0]);
    // Told twice, granted once.
    let vote_id = VoteId(town.rows("select id from vote").await[0].parse().unwrap());
    let again = Event::VoteCast { vote_id, post: answer.post(&ada), voter_id: Some(bob.member()), from: 0, to: 1 };
    town.tells(again.clone()).await;
    assert_eq!(ada.points().await, [0, 2, 0, 0]);
    town.passes(Duration::days(7)).await;
    assert_eq!(ada.points().await, [2, 0, 0, 0]);
    answer.voted(&town, &bob, 0).await;
    assert_eq!(ada.points().await, [0, 0, 0, 0]);
    // Old news change nothing.
    town.tells(again).await;
    assert_eq!(ada.points().await, [0, 0, 0, 0]);
    answer.voted(&town, &bob, 1).await;
    assert_eq!(ada.points().await, [0, 2, 0, 0]);
}

#[tokio::test]
async fn some_votes_earn_nothing() {
    let town = Town::new().await;
    let [ada, bob] = regulars(&town, ["ada", "bob"]).await;
    let newcomer = town.member("nell").await;
    let answer = Answer::new(&ada, &bob).await;
    answer.voted(&town, &newcomer, 1).await;
    answer.voted(&town, &bob, -1).await;
    ada.votes_on_question(&answer.question, 1).await.is(200);
    // Accepting one's own answer is no help to anybody.
    let own = Answer::new(&bob, &bob).await;
    town.clock.advance(Duration::days(3));
    own.accepted_by(&town, &bob).await;
    town.trusts(&newcomer, 1).await;
    town.tells(Event::PostReturned { post: answer.post(&ada), review_item_id: None }).await;
    assert_eq!(town.rows("select trigger from award").await, Vec::<String>::new(), "trust counts as it was when the vote was cast");
}

#[tokio::test]
async fn an_accepted_answer_earns_points_three_times_a_day() {
    let town = Town::new().await;
    let [ada, bob] = regulars(&town, ["ada", "bob"]).await;
    let mut accepted = Vec::new();
    for _ in 0..4 {
        accepted.push(Answer::new(&ada, &bob).await.accepted_by(&town, &bob).await);
    }
    assert_eq!(ada.points().await, [0, 30, 0, 0]);
    assert_eq!(town.rows("select limited_by from award where granted = 0").await, ["times_per_day"]);
    // The fourth takes the place of the first.
    bob.unaccepts(&accepted[0].question).await;
    town.settle().await;
    assert_eq!(ada.points().await, [0, 30, 0, 0]);
    bob.unaccepts(&accepted[1].question).await;
    town.settle().await;
    assert_eq!(ada.points().await, [0, 20, 0, 0]);
    town.clock.advance(Duration::days(1));
    accepted.remove(0).accepted_by(&town, &bob).await;
    assert_eq!(ada.points().await, [0, 30, 0, 0]);
}

/// Vector 12.
#[tokio::test]
async fn what_a_ring_took_of_the_cap_goes_to_honest_votes_when_it_falls() {
    let town = Town::new().await;
    let [ada, bob] = regulars(&town, ["ada", "bob"]).await;
    let mut ring = Vec::new();
    for n in 0..13 {
        let (answer, [voter]) = (Answer::new(&ada, &bob).await, regulars(&town, [&format!("voter{n}")]).await);
        answer.voted(&town, &voter, 1).await;
        ring.push((answer, voter));
    }
    assert_eq!(ada.points().await, [0, 20, 0, 0]);
    for (answer, voter) in &ring[..10] {
        answer.voted(&town, voter, 0).await;
    }
    assert_eq!(ada.points().await, [0, 6, 0, 0]);
    assert_eq!(town.count("select count(*) from award where granted > 0 and revoked_at is null").await, 3);
}

#[tokio::test]
async fn a_voter_pays_an_author_once_a_day() {
    let town = Town::new().await;
    let [ada, bob] = regulars(&town, ["ada", "bob"]).await;
    let (first, second) = (Answer::new(&ada, &bob).await, Answer::new(&ada, &bob).await);
    first.voted(&town, &bob, 1).await;
    second.voted(&town, &bob, 1).await;
    assert_eq!(ada.points().await, [0, 2, 0, 0]);
    first.voted(&town, &bob, 0).await;
    assert_eq!(ada.points().await, [0, 2, 0, 0]);
    assert_eq!(town.rows("select limited_by from award where limited_by is not null").await, Vec::<String>::new());
}

/// What a cap kept back comes into its place in the very batch in which it goes, too.
#[tokio::test]
async fn what_a_cap_kept_back_earns_nothing_when_it_goes_with_what_had_its_place() {
    let town = Town::new().await;
    let [ada, bob, eve] = regulars(&town, ["ada", "bob", "eve"]).await;
    let answers = [Answer::new(&ada, &bob).await, Answer::new(&ada, &bob).await, Answer::new(&ada, &bob).await];
    // A voter pays an author once a day: the first counts, the others wait for its place.
    for answer in &answers {
        answer.voted(&town, &eve, 1).await;
    }
    let [first, second, third] = &answers;
    for (gone, expected) in [(vec![first, second], [0, 2, 0, 0]), (vec![third], [0, 0, 0, 0])] {
        for answer in gone {
            eve.votes_on_answer(&answer.id, 0).await.is(200);
        }
        town.settle().await;
        assert_eq!(ada.points().await, expected);
    }
    // Hidden with it, what waited is not paid either, until it is seen again.
    for answer in &answers {
        answer.voted(&town, &eve, 1).await;
    }
    eve.votes_on_answer(&first.id, 0).await.is(200);
    town.moves_post(&second.id, PostState::Hidden).await;
    town.moves_post(&third.id, PostState::Hidden).await;
    town.settle().await;
    assert_eq!(ada.points().await, [0, 0, 0, 0]);
    for answer in [second, third] {
        answer.is(&town, PostState::Published).await;
        assert_eq!(ada.points().await, [0, 2, 0, 0]);
    }
}

#[tokio::test]
async fn hiding_takes_back_exactly_and_restoring_gives_again() {
    let town = Town::new().await;
    let [ada, bob] = regulars(&town, ["ada", "bob"]).await;
    let answer = Answer::new(&ada, &bob).await.accepted_by(&town, &bob).await;
    answer.voted(&town, &bob, 1).await;
    assert_eq!(ada.points().await, [0, 12, 0, 0]);
    // What is hidden is no longer accepted.
    for expected in [[0, 2, 0, 0], [2, 0, 0, 0]] {
        answer.is(&town, PostState::Hidden).await;
        assert_eq!(ada.points().await, [0, 0, 0, 0]);
        town.tells(Event::PostWithdrawn { post: answer.post(&ada), review_item_id: None }).await;
        answer.is(&town, PostState::Published).await;
        assert_eq!(ada.points().await, expected);
        town.passes(Duration::days(7)).await;
    }
    answer.is(&town, PostState::Hidden).await;
    // A vote that is gone meanwhile does not return.
    town.sql("delete from vote; update post_counter set up_votes = 0; update question_listing set score = 0, answers_score = 0").await;
    answer.is(&town, PostState::Published).await;
    assert_eq!(ada.points().await, [0, 0, 0, 0]);
    assert_eq!(town.count("select coalesce(sum(points), 0)::bigint from qualifying_entry").await, 0);
}

/// Its days stand still while a post is out of sight: that was not the member's choice.
#[tokio::test]
async fn points_do_not_expire_while_their_post_is_hidden() {
    let town = Town::new().await;
    let [ada, bob] = regulars(&town, ["ada", "bob"]).await;
    town.sql("update earning_rule_version set terms = terms || '{\"expires\": \"P30D\"}'").await;
    let answer = Answer::new(&ada, &bob).await;
    answer.voted(&town, &bob, 1).await;
    town.passes(Duration::days(17)).await;
    assert_eq!(ada.points().await, [2, 0, 0, 0]);
    answer.is(&town, PostState::Hidden).await;
    town.passes(Duration::days(60)).await;
    answer.is(&town, PostState::Published).await;
    assert_eq!(ada.points().await, [2, 0, 0, 0]);
    town.passes(Duration::days(19)).await;
    assert_eq!(ada.points().await, [2, 0, 0, 0]);
    town.passes(Duration::days(3)).await;
    assert_eq!(ada.points().await, [0, 0, 0, 0]);
}

#[tokio::test]
async fn a_batch_of_events_is_decided_by_what_stands() {
    let town = Town::new().await;
    let [ada, bob] = regulars(&town, ["ada", "bob"]).await;
    let (answer, imported) = (Answer::new(&ada, &bob).await, Answer::new(&ada, &bob).await);
    bob.votes_on_answer(&answer.id, 1).await.is(200);
    bob.accepts(&answer.question, &answer.id).await;
    bob.accepts(&imported.question, &imported.id).await;
    town.sql(&format!("update post set accepted_earns_points = false where id = '{}'", imported.question)).await;
    town.moves_post(&answer.id, PostState::Hidden).await;
    town.moves_post(&answer.id, PostState::Published).await;
    bob.votes_on_answer(&answer.id, -1).await.is(200);
    bob.accepts(&answer.question, &answer.id).await;
    bob.votes_on_answer(&answer.id, 1).await.is(200);
    town.settle().await;
    assert_eq!(ada.points().await, [0, 12, 0, 0]);
}

#[tokio::test]
async fn enough_help_reaches_a_tier() {
    let town = Town::new().await;
    let [ada, bob] = regulars(&town, ["ada", "bob"]).await;
    town.sql("update tier set threshold = 10 where rank = 10").await;
    let answer = Answer::new(&ada, &bob).await.accepted_by(&town, &bob).await;
    assert_eq!(ada.tier().await, "Silver");
    bob.unaccepts(&answer.question).await;
    town.settle().await;
    assert_eq!(ada.tier().await, "Member");
}

/// A second account that accepts one's answers is worth nothing: it would have to become a regular first.
#[tokio::test]
async fn what_a_newcomer_accepts_waits_for_their_trust() {
    let town = Town::new().await;
    let [ada] = regulars(&town, ["ada"]).await;
    let (puppet, nell) = (town.member("puppet").await, town.member("nell").await);
    for asker in [&puppet, &nell] {
        Answer::new(&ada, asker).await.accepted_by(&town, asker).await;
    }
    assert_eq!(ada.points().await, [0, 20, 0, 0]);
    town.passes(Duration::days(3)).await;
    town.trusts(&nell, 1).await;
    town.clock.advance(Duration::days(4));
    // Her wallet is opened before anybody has looked.
    town.pays(&ada, 1).await;
    assert_eq!(ada.points().await, [1, 20, 0, 0]);
    town.work().await;
    town.work().await;
    assert_eq!(ada.points().await, [11, 0, 0, 0]);
    assert_eq!(town.rows("select limited_by from award where granted = 0").await, ["newcomer"]);
    // For good, whatever becomes of them.
    town.trusts(&puppet, 1).await;
    town.passes(Duration::days(30)).await;
    assert_eq!(ada.points().await, [11, 0, 0, 0]);
}

/// With a rule that makes nobody wait, too; and time in which nobody could see the answer does not count.
#[tokio::test]
async fn a_newcomers_acceptance_waits_seven_days_at_least() {
    let town = Town::new().await;
    let [ada] = regulars(&town, ["ada"]).await;
    let nell = town.member("nell").await;
    town.sql("update earning_rule_version set terms = terms || '{\"hold_days\": 0}'").await;
    Answer::new(&ada, &nell).await.accepted_by(&town, &nell).await;
    assert_eq!(ada.points().await, [0, 10, 0, 0]);
    town.passes(Duration::days(6)).await;
    assert_eq!(ada.points().await, [0, 10, 0, 0]);
    town.passes(Duration::days(2)).await;
    assert_eq!(ada.points().await, [0, 0, 0, 0]);
    // What the cap kept back on that day has its place now.
    assert_eq!(town.count("select count(*) from award where awaits_trust").await, 0);
}

#[tokio::test]
async fn who_is_gone_earns_nothing_more() {
    let town = Town::new().await;
    let [ada, bob, cid] = regulars(&town, ["ada", "bob", "cid"]).await;
    let (answer, other) = (Answer::new(&ada, &bob).await, Answer::new(&ada, &bob).await);
    answer.voted(&town, &bob, 1).await;
    // Hidden while she leaves, and back when she is gone.
    answer.is(&town, PostState::Hidden).await;
    ada.tries_to_erase_themselves(PASSWORD).await.is(204);
    town.settle().await;
    answer.is(&town, PostState::Published).await;
    other.voted(&town, &cid, 1).await;
    other.accepted_by(&town, &bob).await;
    let total = format!("select coalesce(sum(available + pending + reserved + arrears), 0) from wallet where member_id = '{}'", ada.id());
    assert_eq!(town.count(&total).await, 0);
}

#[tokio::test]
async fn what_a_cap_kept_from_somebody_is_not_paid_when_they_are_gone() {
    let town = Town::new().await;
    let [ada, bob] = regulars(&town, ["ada", "bob"]).await;
    let (first, second) = (Answer::new(&ada, &bob).await, Answer::new(&ada, &bob).await);
    first.voted(&town, &bob, 1).await;
    second.voted(&town, &bob, 1).await;
    ada.tries_to_erase_themselves(PASSWORD).await.is(204);
    town.settle().await;
    let books = "select string_agg(granted || ' ' || coalesce(revoked_at::text, ''), ', ' order by id) from award";
    let before = town.rows(books).await;
    first.voted(&town, &bob, 0).await;
    assert_eq!(town.rows(books).await, before, "nobody touches the books of who is gone");
    assert_eq!(town.count("select sum(available + pending + reserved - arrears) from wallet").await, 0);
}

/// Who is gone neither earns nor owes, whatever becomes of their posts.
#[tokio::test]
async fn nobody_is_paid_or_charged_after_they_left() {
    let town = Town::new().await;
    let [ada, cleo, bob] = regulars(&town, ["ada", "cleo", "bob"]).await;
    let hidden = Answer::new(&ada, &bob).await.accepted_by(&town, &bob).await;
    let shown = Answer::new(&cleo, &bob).await.accepted_by(&town, &bob).await;
    hidden.is(&town, PostState::Hidden).await;
    for gone in [&ada, &cleo] {
        gone.tries_to_erase_themselves(PASSWORD).await.is(204);
    }
    town.settle().await;
    hidden.is(&town, PostState::Published).await;
    shown.is(&town, PostState::Hidden).await;
    let left = town.rows("select available || ' ' || pending || ' ' || reserved || ' ' || arrears from wallet").await;
    assert_eq!(left, ["0 0 0 0", "0 0 0 0"]);
}

/// A deadlock or a lock that takes too long is nobody's fault: the event waits, and is not put aside. Whatever language
/// the database says it in.
#[tokio::test]
async fn a_busy_database_costs_nobody_their_points() {
    let town = Town::new().await;
    let [ada, bob] = regulars(&town, ["ada", "bob"]).await;
    let answer = Answer::new(&ada, &bob).await;
    town.settle().await;
    town.sql(
        "create function deadlock() returns trigger language plpgsql as $$
           begin raise exception 'Verklemmung entdeckt' using errcode = 'deadlock_detected'; end $$;
         create trigger deadlock before insert on award for each row execute function deadlock()",
    )
    .await;
    bob.votes_on_answer(&answer.id, 1).await.is(200);
    for _ in 0..10 {
        town.app.deliver_events().await.expect_err("it says each time that it could not");
    }
    town.sql("drop trigger deadlock on award").await;
    town.settle().await;
    assert_eq!(ada.points().await, [0, 2, 0, 0]);
}

/// Deliveries open many wallets in the order of events, and others in the order of ids.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_open_several_wallets_do_not_wait_in_a_circle() {
    let town = Town::new().await;
    let (root, [voter, ann, ben]) = (town.admin("root_of_all").await, regulars(&town, ["voter", "ann", "ben"]).await);
    for person in [&ann, &ben] {
        town.records_order(person, 100_000).await;
    }
    let answers = [Answer::new(&ben, &voter).await, Answer::new(&ann, &voter).await];
    town.settle().await;
    // Whoever has opened a wallet stops there while this transaction lasts.
    town.sql(
        "create function stop() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock_shared(1); return new; end $$;
         create trigger stop before update on wallet for each row execute function stop()",
    )
    .await;
    let mut barrier = town.app.kit.background_db.begin().await.unwrap();
    barrier.batch_execute("select pg_advisory_xact_lock(1)").await.unwrap();
    for answer in &answers {
        voter.votes_on_answer(&answer.id, 1).await.is(200);
    }
    let delivery = tokio::spawn({
        let app = town.app.clone();
        async move { app.deliver_events().await.map(|_| ()) }
    });
    town.waits_for_locks(1).await;
    let change =
        tokio::spawn(
            async move { root.post("/admin/tiers", serde_json::json!({ "rank": 15, "name": "Electrum", "threshold": 900 })).await },
        );
    town.waits_for_locks(2).await;
    drop(barrier);
    delivery.await.unwrap().unwrap();
    change.await.unwrap().is(201);
    assert_eq!([ann.tier().await, ben.tier().await], ["Electrum", "Electrum"]);
}
