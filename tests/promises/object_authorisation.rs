//! Who may do what to which thing: every operation that names one, with real things of many people and every kind of caller.
//!
//! What is expected follows from [`RULE`], [`knows`] and [`may`], never from what the server did: what somebody may not know
//! of is 404, exactly like what is absent; what they know of and may not do is 403; who has to sign in first is told so by
//! 401; and whoever is left is never answered one of these three, though the state of things may still refuse them (409, 412).
//!
//! Every write is undone at its commit ([`undo_every_commit`]), so that each request finds the same things.

use std::collections::{BTreeMap, BTreeSet};

use poem::http::Method;
use regulars::forum::post::PostState;
use serde_json::{Value, json};

use super::{
    authorisation::{permissions, status_without_permission},
    description::operations,
};
use crate::support::{Person, Reply, Town};

/// Who may do it of those who know of the thing: operation, kind of thing, and relations to it of [`may`].
///
/// `anyhow` is for what says the same of things that are there and that are not.
const RULE: &str = "
get_question               question    everybody
list_question_revisions    question    everybody
list_question_comments     question    everybody
list_answers               question    everybody
edit_question              question    author or moderates
delete_question            question    author or moderates
close_question             question    moderates
reopen_question            question    moderates
lock_question              question    moderates
unlock_question            question    moderates
answer_question            question    insider
comment_on_question        question    insider
vote_on_question           question    not author
flag_question              question    not author
accept_answer              question    author or staff
unaccept_answer            question    author or staff
follow_question            question    everybody
unfollow_question          question    anyhow
list_answer_revisions      answer      everybody
list_answer_comments       answer      everybody
edit_answer                answer      author or moderates
delete_answer              answer      author or moderates
comment_on_answer          answer      insider
vote_on_answer             answer      not author
flag_answer                answer      not author
edit_comment               comment     author or moderates
delete_comment             comment     author or moderates
get_review_item            review      moderates
claim_review_item          review      moderates and not author
unclaim_review_item        review      moderates
decide_review_item         review      moderates and not author
undo_review_decision       review      moderates and not author
get_group                  group       everybody
edit_group                 group       owner or administrator
delete_group               group       owner or administrator
join_group                 group       admitted
leave_group                group       everybody
list_group_members         interior    everybody
ask_question               interior    insider
list_questions             talk        everybody
get_leaderboard            interior    everybody
set_group_member           membership  moderates and above
remove_group_member        membership  moderates and above
get_tag                    tag         everybody
follow_tag                 tag         everybody
unfollow_tag               tag         anyhow
edit_tag                   tag_name    everybody
get_member                 member      everybody
list_member_answers        member      everybody
get_member_for_admin       member      everybody
get_member_points          member      everybody
list_member_statement      member      everybody
list_member_purchases      member      everybody
list_member_tier_history   member      everybody
list_sanctions             member      everybody
list_merges                member      everybody
preview_merge              member      everybody
merge_members              member      everybody
set_member_role            member      everybody
set_trust                  member      everybody
unset_trust                member      everybody
adjust_points              member      not author
impose_sanction            member      not author and above
lift_sanction              sanction    not author and above
undo_merge                 merge       everybody
get_redemption             redemption  everybody
cancel_redemption          redemption  author or staff or maker or writes_any
issue_redemption           redemption  staff and not author or maker or writes_any
fulfil_redemption          redemption  staff and not author or maker or writes_any
refund_redemption          redemption  not author
get_purchase               purchase    everybody
record_return              purchase    maker
get_reward                 reward      everybody
get_reward_for_admin       catalogue   administrator or maker or writes_any
edit_reward                catalogue   administrator or maker or writes_any
delete_reward              catalogue   administrator or maker or writes_any
set_reward_stock           catalogue   administrator or maker or writes_any
add_coupon_codes           catalogue   administrator or maker or writes_any
revoke_my_session          session     author
edit_api_key               api_key     everybody
rotate_api_key             api_key     everybody
revoke_api_key             api_key     everybody
edit_partner               partner     everybody
edit_earning_rule          rule        everybody
delete_earning_rule        rule        everybody
list_earning_rule_versions rule        everybody
edit_tier                  tier        everybody
delete_tier                tier        everybody
get_external_member        external    maker
create_link_code           external    anyhow
";

/// Where something lies.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Community,
    /// A group that everybody sees and may join.
    House,
    /// A private group of some of the callers.
    Club,
    /// A private group of none of them, in which its authors were once.
    Elsewhere,
    /// A group that has been ended.
    Ended,
}

/// How a caller stands with a group, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
enum Rank {
    Invited,
    Member,
    Moderator,
    Owner,
}

/// Somebody who calls, of a kind that [`status_without_permission`] knows.
struct Caller {
    kind: &'static str,
    person: Person,
}

impl Caller {
    fn name(&self) -> &str {
        &self.person.handle
    }

    fn is_staff(&self) -> bool {
        ["moderator", "administrator"].contains(&self.kind)
    }

    fn rank(&self, place: Place) -> Option<Rank> {
        match (place, self.name()) {
            (Place::Club | Place::House, "oli") => Some(Rank::Owner),
            (Place::Club, "mop") => Some(Rank::Moderator),
            (Place::Club, "gil") | (Place::Club | Place::House, "ann" | "ben") => Some(Rank::Member),
            (Place::Club, "ivy") => Some(Rank::Invited),
            _ => None,
        }
    }

    fn is_inside(&self, place: Place) -> bool {
        place == Place::Community || self.is_staff() || self.rank(place) >= Some(Rank::Member)
    }

    fn moderates(&self, place: Place) -> bool {
        self.is_staff() || self.rank(place) >= Some(Rank::Moderator)
    }
}

/// Something that a request names.
#[derive(Clone, Debug)]
struct Thing {
    /// What it is, for the test's reader.
    what: String,
    noun: &'static str,
    /// As it stands in the path, for each of the path's parameters.
    names: Vec<String>,
    /// The handle of whose it is, or of whom it is about; empty for nobody's.
    author: String,
    /// The partner that made it; empty for the programme's own.
    maker: &'static str,
    place: Place,
    state: PostState,
    /// Of the question that a post stands under: whose it is, and its state.
    question: (String, PostState),
    /// The least that it takes to act on whom it is about.
    least: &'static str,
    /// Nobody finds it, though its surroundings are known.
    missing: bool,
    /// Another thing that bodies name beside it.
    beside: String,
}

impl Thing {
    fn new(noun: &'static str, what: &str, name: &str) -> Self {
        Self {
            what: format!("{what} {noun}"),
            noun,
            names: vec![name.to_owned()],
            author: String::new(),
            maker: "",
            place: Place::Community,
            state: PostState::Published,
            question: (String::new(), PostState::Published),
            least: "",
            missing: false,
            beside: String::new(),
        }
    }

    /// What never was.
    fn absent(noun: &'static str) -> Self {
        let name = if ["tag", "tag_name"].contains(&noun) { "never-was" } else { "01890000-0000-7000-8000-000000000000" };
        Self { beside: name.to_owned(), ..Self::new(noun, "absent", name).in_state(PostState::Deleted).by("never-was") }
    }

    fn is_absent(&self) -> bool {
        self.author == "never-was"
    }

    fn by(self, author: &str) -> Self {
        Self { author: author.to_owned(), ..self }
    }

    fn of(self, maker: &'static str) -> Self {
        Self { maker, ..self }
    }

    fn within(self, place: Place) -> Self {
        Self { place, ..self }
    }

    fn in_state(self, state: PostState) -> Self {
        Self { state, ..self }
    }
}

/// Whether a caller may know that there is such a thing.
fn knows(caller: &Caller, thing: &Thing) -> bool {
    let (staff, place) = (caller.is_staff(), thing.place);
    let mine = thing.author == caller.name();
    let sees_group = match place {
        Place::Community | Place::House => true,
        _ => staff || caller.rank(place) >= Some(Rank::Member),
    };
    // What is hidden or deleted is seen by its author, and by who moderates there.
    let sees = |author: &str, state| sees_group && (state == PostState::Published || author == caller.name() || caller.moderates(place));
    let on_offer = thing.state == PostState::Published;
    let writes_any = may(caller, "writes_any", thing);
    match thing.noun {
        // That there is a queue, nobody learns from its items: outside, they are all alike.
        "review" => !staff || !thing.is_absent(),
        _ if thing.is_absent() => false,
        "question" => sees(&thing.author, thing.state),
        "answer" => sees(&thing.question.0, thing.question.1) && sees(&thing.author, thing.state),
        // A deleted one is gone for everybody.
        "comment" => sees(&thing.question.0, thing.question.1) && on_offer,
        "group" => place != Place::Ended && (sees_group || caller.rank(place) == Some(Rank::Invited)),
        // Staff look at what was said in a group after its end.
        "talk" => sees_group,
        "interior" | "membership" => place != Place::Ended && sees_group,
        // Its name may be a private group's, until staff describe it or everybody sees it used.
        "tag" => on_offer,
        "redemption" => mine || staff || thing.maker == caller.name() || writes_any || caller.name() == "reader",
        "purchase" => mine || staff || thing.maker == caller.name(),
        "catalogue" => on_offer || may(caller, "administrator or maker or writes_any", thing),
        "external" => thing.maker == caller.name(),
        "session" => mine && on_offer,
        "reward" => on_offer,
        _ => true,
    }
}

/// Whether a caller who knows of the thing stands to it as a row of the rule says.
fn may(caller: &Caller, relations: &str, thing: &Thing) -> bool {
    let stands = |relation: &str| match relation {
        "everybody" => true,
        "author" => thing.author == caller.name(),
        "not author" => thing.author != caller.name(),
        "maker" => !thing.maker.is_empty() && thing.maker == caller.name(),
        "writes_any" => caller.name() == "hub",
        "staff" => caller.is_staff(),
        "administrator" => caller.kind == "administrator",
        "insider" => caller.is_inside(thing.place),
        "moderates" => caller.moderates(thing.place),
        "owner" => caller.rank(thing.place) == Some(Rank::Owner),
        // Who is in it, or invited; the house is open to all.
        "admitted" => thing.place == Place::House || caller.rank(thing.place).is_some(),
        "above" => thing.least.is_empty() || may(caller, thing.least, thing),
        other => panic!("the rule knows no {other}"),
    };
    relations.split(" or ").any(|all| all.split(" and ").all(stands))
}

/// The status that the rule wants; none for who is let through.
fn expected(caller: &Caller, permission: &str, relations: &str, thing: &Thing) -> Option<u16> {
    if let Some(status) = status_without_permission(permission, caller.kind) {
        return Some(status);
    }
    if relations == "anyhow" {
        return None;
    }
    if !knows(caller, thing) {
        return Some(404);
    }
    if !may(caller, relations, thing) {
        // Who has not signed in may be somebody who may.
        return Some(if caller.kind == "visitor" { 401 } else { 403 });
    }
    thing.missing.then_some(404)
}

/// Lets every transaction go as far as its commit, and no further: it fails there, as one does that another got in the way of.
/// The sequence `undone` counts them.
async fn undo_every_commit(town: &Town) {
    town.sql(
        "create sequence undone;
         create function undo() returns trigger language plpgsql as $$
           begin perform nextval('undone'); raise exception 'undone' using errcode = 'serialization_failure'; end $$;
         do $$ declare name regclass; begin
           for name in select oid from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace loop
             if name <> 'api_key'::regclass then
               execute format('create constraint trigger undo after insert or update or delete on %s
                               deferrable initially deferred for each row execute function undo()', name);
             end if;
           end loop;
         end $$",
    )
    .await;
}

/// Groups, by their names in URLs.
struct Groups {
    house: String,
    club: String,
    elsewhere: String,
    ended: String,
}

/// Everybody and everything.
struct Scene {
    callers: Vec<Caller>,
    things: Vec<Thing>,
}

impl Scene {
    async fn set(town: &Town) -> Self {
        let member = async |handle: &str| town.member(handle).await;
        let (mel, ann, ben, gil) = (member("mel").await, member("ann").await, member("ben").await, member("gil").await);
        let (mop, oli, ivy, bob, quin) =
            (member("mop").await, member("oli").await, member("ivy").await, member("bob").await, member("quin").await);
        let (moe, mia, ada) = (town.moderator("moe").await, town.moderator("mia").await, town.admin("ada").await);
        let scopes = "purchases:write members:read redemptions:write catalog:write";
        let shop = town.partner("shop", scopes).await;
        let partners = [
            ("partner", shop.clone()),
            ("partner", town.partner("stall", scopes).await),
            ("partner", town.partner("reader", &format!("{scopes} redemptions:read_any")).await),
            ("partner", town.partner("hub", &format!("{scopes} redemptions:write_any catalog:write_any")).await),
            ("partner without scope", town.partner("bare", "").await),
        ];

        let groups = Groups {
            house: oli.founds("The house", "open", false).await,
            club: oli.founds("The club", "invite_only", true).await,
            elsewhere: quin.founds("Elsewhere", "invite_only", true).await,
            ended: oli.founds("The ended", "open", false).await,
        };
        for (host, group, guests) in [
            (&oli, &groups.club, vec![&ann, &ben, &gil, &mop]),
            (&quin, &groups.elsewhere, vec![&ann, &ben]),
            (&oli, &groups.house, vec![&ann, &ben]),
            (&oli, &groups.ended, vec![&ann, &ben]),
        ] {
            for guest in guests {
                host.tries_to_set(group, guest, json!({})).await.is(200);
                guest.tries_to_join(group).await.is(200);
            }
        }
        oli.tries_to_set(&groups.club, &ivy, json!({})).await.is(200);
        oli.tries_to_set(&groups.club, &bob, json!({ "state": "banned" })).await.is(200);
        oli.tries_to_set(&groups.club, &mop, json!({ "role": "moderator" })).await.is(200);

        let mut things = posts(town, &groups, [&ann, &ben]).await;
        let closed = things.iter().find(|thing| thing.noun == "question" && thing.place == Place::House).expect("a question");
        moe.closes(&closed.names[0], "other").await.is(204);
        things.extend(reviews(town, &things, [&gil, &quin, &moe]).await);
        quin.tries_to_remove(&groups.elsewhere, &ann).await.is(204);
        quin.tries_to_remove(&groups.elsewhere, &ben).await.is(204);
        oli.delete(&format!("/groups/{}", groups.ended)).await.is(204);
        things.extend(memberships(&groups));
        things.extend(people(town, [&mel, &ann, &bob], [&moe, &mia, &ada]).await);
        things.extend(loyalty(town, [&ann, &moe, &ada, &shop]).await);
        things.extend(machinery(town, &ada).await);
        town.settle().await;

        let people = [mel, ann, ben, gil, mop, oli, ivy, bob].map(|person| ("member", person));
        let staff = [("moderator", moe), ("administrator", ada)];
        let callers = [("visitor", town.visitor())].into_iter().chain(people).chain(staff).chain(partners);
        let callers = callers.map(|(kind, person)| Caller { kind, person }).collect();
        let nouns: BTreeSet<&str> = things.iter().map(|thing| thing.noun).collect();
        let absent: Vec<_> = nouns.into_iter().filter(|noun| !["membership", "external"].contains(noun)).map(Thing::absent).collect();
        things.extend(absent);
        Self { callers, things }
    }
}

/// Questions, answers and comments in every place and state: asked by the first, answered and remarked on by the second.
async fn posts(town: &Town, groups: &Groups, [ann, ben]: [&Person; 2]) -> Vec<Thing> {
    use PostState::{Deleted, Hidden, Published};
    let mut things = Vec::new();
    for (place, state) in [
        (Place::Community, Published),
        (Place::Community, Hidden),
        (Place::Community, Deleted),
        (Place::House, Published),
        (Place::Club, Published),
        (Place::Club, Hidden),
        (Place::Elsewhere, Published),
        (Place::Ended, Published),
    ] {
        let group = match place {
            Place::Community => None,
            Place::House => Some(groups.house.as_str()),
            Place::Club => Some(groups.club.as_str()),
            Place::Elsewhere => Some(groups.elsewhere.as_str()),
            Place::Ended => Some(groups.ended.as_str()),
        };
        let tags: &[&str] = if [Place::Club, Place::Elsewhere].contains(&place) { &["secret-roast"] } else { &["general"] };
        let question = ann.tries_to_ask("What is to be done?", tags, group).await.is(201).text("/id");
        let mut answers = vec![(ben.answers(&question, "This.").await, Published)];
        if state == Published && [Place::Community, Place::Club].contains(&place) {
            for state in [Hidden, Deleted] {
                let answer = ben.answers(&question, "Or that.").await;
                town.moves_post(&answer, state).await;
                answers.push((answer, state));
            }
        }
        let what = format!("{place:?} {state:?}");
        let mut comments = vec![(ben.comments_on_question(&question, &format!("So it is: {what}.")).await, Published)];
        if (place, state) == (Place::Community, Published) {
            let comment = ben.comments_on_question(&question, "Or it was.").await;
            ben.delete(&format!("/comments/{comment}")).await.is(204);
            comments.push((comment, Deleted));
        }
        if state != Published {
            town.moves_post(&question, state).await;
        }
        let under = |noun, (name, own): &(String, PostState), author| Thing {
            question: ("ann".to_owned(), state),
            beside: answers[0].0.clone(),
            ..Thing::new(noun, &format!("{what}, itself {own:?},"), name).by(author).within(place).in_state(*own)
        };
        things.push(under("question", &(question.clone(), state), "ann"));
        things.extend(answers.iter().map(|answer| under("answer", answer, "ben")));
        things.extend(comments.iter().map(|comment| under("comment", comment, "ben")));
    }
    things
}

/// What was flagged: a question of each place, a moderator's own, and one that was decided on.
async fn reviews(town: &Town, posts: &[Thing], [gil, quin, moe]: [&Person; 3]) -> Vec<Thing> {
    let (own, decided) = (moe.asks("May moderators be flagged?").await, quin.asks("Is this to be decided?").await);
    let asked =
        |place| posts.iter().find(move |thing| thing.noun == "question" && thing.place == place && thing.state == PostState::Published);
    let flagged = [Place::Community, Place::Club, Place::Elsewhere].map(|place| asked(place).expect("a question"));
    // A third person's flag would silence the author.
    for (person, question) in
        [(gil, &flagged[0].names[0]), (gil, &flagged[1].names[0]), (quin, &flagged[2].names[0]), (gil, &own), (gil, &decided)]
    {
        person.flags(question).await;
    }
    moe.decides(&moe.reviews(&decided).await, "dismiss").await;
    let mut things = Vec::new();
    for (question, author, place) in flagged
        .iter()
        .map(|thing| (&thing.names[0], "ann", thing.place))
        .chain([(&own, "moe", Place::Community), (&decided, "quin", Place::Community)])
    {
        let id = town.rows(&format!("select id from review_item where post_id = '{question}'")).await.remove(0);
        things.push(Thing::new("review", &format!("{author}'s {place:?}"), &id).by(author).within(place));
    }
    things
}

/// Groups, and who is in them or not.
fn memberships(groups: &Groups) -> Vec<Thing> {
    let mut things = Vec::new();
    for (place, slug) in
        [(Place::House, &groups.house), (Place::Club, &groups.club), (Place::Elsewhere, &groups.elsewhere), (Place::Ended, &groups.ended)]
    {
        for noun in ["group", "interior", "talk"] {
            things.push(Thing::new(noun, &format!("{place:?}"), slug).by("oli").within(place));
        }
    }
    for (place, slug, who, least, missing) in [
        (Place::Club, &groups.club, "gil", "", false),
        // Only the owner does anything to a moderator.
        (Place::Club, &groups.club, "mop", "owner or administrator", false),
        (Place::Club, &groups.club, "oli", "", false),
        (Place::Club, &groups.club, "nobody-of-this-name", "", true),
        (Place::House, &groups.house, "ann", "", false),
        (Place::Elsewhere, &groups.elsewhere, "quin", "", false),
        (Place::Ended, &groups.ended, "ann", "", false),
    ] {
        let names = vec![slug.clone(), who.to_owned()];
        things.push(Thing { names, least, missing, ..Thing::new("membership", &format!("{who}'s {place:?}"), "").by(who).within(place) });
    }
    things
}

/// Members, what was imposed on them, their sessions, and a merge.
async fn people(town: &Town, [mel, ann, bob]: [&Person; 3], [moe, mia, ada]: [&Person; 3]) -> Vec<Thing> {
    let by_admins = "administrator";
    let mut things = Vec::new();
    for (person, least) in [(mel, ""), (mia, by_admins), (moe, by_admins), (ada, by_admins)] {
        let handle = &person.handle;
        things.push(Thing { least, ..Thing::new("member", handle, handle).by(handle) });
    }
    ada.put("/admin/members/mel/trust", json!({ "trust": 1, "reason": "By the rules." })).await.is(204);
    // A silence of somebody who calls would show in all that they do.
    town.member("sam").await;
    for (handle, kind, hours, least) in
        [("sam", "silence", Some(24), ""), ("mia", "silence", Some(24), by_admins), ("moe", "warning", None, by_admins)]
    {
        let sanction = ada.tries_to_sanction(handle, kind, hours).await.is(201).text("/id");
        things.push(Thing { least, ..Thing::new("sanction", &format!("{handle}'s"), &sanction).by(handle) });
    }
    let gone = town.member("gone").await;
    gone.tries_to_erase_themselves(crate::support::PASSWORD).await.is(204);
    things.push(Thing { what: "an erased member".to_owned(), names: vec!["gone".to_owned()], ..Thing::absent("member") });

    let (one, other) = (town.member("one").await, town.member("other").await);
    let form = json!({ "into": other.handle, "reason": "One person." });
    let merge = ada.post(&format!("/admin/members/{}/merges", one.handle), form).await.is(200).text("/id");
    things.push(Thing::new("merge", "standing", &merge));

    let session = async |person: &Person| town.sign_in(&person.handle).await.get("/me/sessions").await.is(200).text("/items/0/id");
    things.push(Thing::new("session", "ann's", &session(ann).await).by("ann"));
    things.push(Thing::new("session", "bob's", &session(bob).await).by("bob"));
    let over = session(ann).await;
    ann.delete(&format!("/me/sessions/{over}")).await.is(204);
    things.push(Thing::new("session", "ann's ended", &over).by("ann").in_state(PostState::Deleted));
    things
}

/// Purchases, redemptions, rewards, and how a partner names a member.
async fn loyalty(town: &Town, [ann, moe, ada, shop]: [&Person; 4]) -> Vec<Thing> {
    for person in [ann, moe] {
        town.pays(person, 1_000).await;
    }
    town.sql(&format!(
        "insert into external_member (partner_id, external_id, member_id, linked_at)
         select id, 'c-1', '{}', now() from partner where name = 'shop'",
        ann.id()
    ))
    .await;
    let coming = (town.clock.now() + chrono::Duration::days(1)).to_rfc3339();
    let pool = json!({ "kind": "code_pool" });
    let programmes = ada.offers("Mug", 10, json!({ "needs_approval": true })).await;
    let shops = shop.offers("Cup", 10, pool.clone()).await;
    let archived = shop.offers("Jug", 10, pool).await;
    shop.delete(&format!("/admin/rewards/{archived}")).await.is(204);
    let later = shop.offers("Pot", 10, json!({ "kind": "code_pool", "available_from": coming })).await;
    let mut things = Vec::new();
    for noun in ["reward", "catalogue"] {
        things.extend([
            Thing::new(noun, "the programme's", &programmes),
            Thing::new(noun, "the shop's", &shops).of("shop"),
            Thing::new(noun, "the shop's archived", &archived).of("shop").in_state(PostState::Deleted),
            Thing::new(noun, "the shop's coming", &later).of("shop").in_state(PostState::Hidden),
        ]);
    }

    let issued = ada.offers("Hat", 10, json!({ "refundable": true })).await;
    let issued = ann.redeems(&issued, "issued").await.is(201).text("/id");
    let anns = ann.redeems(&programmes, "walk").await.is(201).text("/id");
    let moes = moe.redeems(&programmes, "walk").await.is(201).text("/id");
    let cart = json!({ "reward_id": programmes, "member_external_id": "c-1", "hold": true });
    let carts = shop.post_once("/redemptions", "cart", cart).await.is(201).text("/id");
    things.extend([
        Thing::new("redemption", "ann's", &anns).by("ann"),
        Thing::new("redemption", "ann's issued", &issued).by("ann"),
        Thing::new("redemption", "moe's", &moes).by("moe"),
        Thing::new("redemption", "ann's, by the shop,", &carts).by("ann").of("shop"),
    ]);
    let purchase = shop.records_purchase(town, ann, "order-1", &[("beans", 725, 1)]).await.text("/purchase_id");
    things.push(Thing::new("purchase", "ann's", &purchase).by("ann").of("shop"));
    things.push(Thing::new("external", "the shop's", "c-1").of("shop"));
    things
}

/// Tags, and what administrators run: partners, keys, earning rules and tiers.
async fn machinery(town: &Town, ada: &Person) -> Vec<Thing> {
    let mut things = Vec::new();
    for (noun, query) in [
        ("api_key", "select k.id from api_key k join partner p on p.id = k.partner_id where p.name = 'shop'"),
        ("partner", "select id from partner where name = 'shop'"),
        ("rule", "select id from earning_rule order by id"),
        ("tier", "select id from tier where rank > 0 order by rank"),
    ] {
        things.push(Thing::new(noun, "some", &town.rows(query).await.remove(0)));
    }
    let form = json!({ "partner_id": things[1].names[0], "name": "old", "scopes": ["members:read"] });
    let old = ada.post("/admin/api-keys", form).await.is(201).text("/id");
    ada.delete(&format!("/admin/api-keys/{old}")).await.is(204);
    things.push(Thing::new("api_key", "revoked", &old));
    for noun in ["tag", "tag_name"] {
        things.push(Thing::new(noun, "general", "general"));
        things.push(Thing::new(noun, "a group's", "secret-roast").in_state(PostState::Hidden));
    }
    things
}

/// A request that names this thing, with a body that would do something.
async fn request(caller: &Caller, (path, method, operation): &(String, String, Value), thing: &Thing) -> Reply {
    let id = operation["operationId"].as_str().expect("an id");
    let mut names = thing.names.iter();
    let mut path = path.clone();
    while let Some((before, (_, after))) = path.split_once('{').map(|(before, rest)| (before, rest.split_once('}').expect("its end"))) {
        let name = if id == "get_leaderboard" { "points" } else { names.next().map_or("mel", String::as_str) };
        path = format!("{before}{name}{after}");
    }
    let name = thing.names[0].as_str();
    match id {
        "list_questions" | "get_leaderboard" => path += &format!("?group={name}"),
        "lift_sanction" | "unset_trust" => path += "?reason=By%20the%20rules.",
        _ => {}
    }
    let body = match id {
        "ask_question" => {
            json!({ "title": "What else is to be done?", "body": "I ask this with every kind of thing.", "tags": ["general"], "group": name })
        }
        "accept_answer" => json!({ "answer_id": thing.beside }),
        "close_question" => json!({ "reason": "other" }),
        "adjust_points" => json!({ "handle": name, "points": 5, "reason": "By the rules." }),
        "set_group_member" => json!({ "state": "banned" }),
        "preview_merge" => json!({ "into": "other" }),
        "merge_members" => json!({ "into": "other", "reason": "By the rules." }),
        "issue_redemption" => json!({}),
        "decide_review_item" => json!({ "decision": "hide", "reason": "By the rules.", "version": 1 }),
        "undo_review_decision" => json!({ "reason": "By the rules.", "version": 2 }),
        "edit_reward" => json!({ "description": "Better." }),
        "set_reward_stock" => json!({ "supplied": 5 }),
        "edit_group" | "edit_tag" => json!({ "description": "Better." }),
        "edit_tier" => json!({ "benefits": "Better." }),
        _ => operation["requestBody"]["content"]["application/json"]["example"].clone(),
    };
    let method: Method = method.to_uppercase().parse().expect("a method");
    let body = (!["GET", "DELETE"].contains(&method.as_str())).then_some(body);
    caller.person.send(method, &path, body, &[("idempotency-key", "walk")]).await
}

#[tokio::test]
async fn things_are_known_and_changed_by_whom_the_rule_admits_and_nobody_else() {
    let town = Town::new().await.not_audited();
    let scene = Scene::set(&town).await;
    undo_every_commit(&town).await;
    let spec = town.app.spec().expect("a description");
    let permissions = permissions();
    let row = |line: &'static str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (words[0], (words[1], words[2..].join(" ")))
    };
    let mut rule: BTreeMap<_, _> = RULE.trim().lines().map(row).collect();
    let (mut wrong, mut tried, mut never_done) = (Vec::new(), 0, BTreeSet::new());
    for operation in operations(&spec) {
        let id = operation.2["operationId"].as_str().expect("an id");
        let Some((noun, relations)) = rule.remove(id) else {
            if operation.0.contains('{') {
                wrong.push(format!("{id} names something and has no row in the rule"));
            }
            continue;
        };
        // What is absent comes first: what may not be known of must look the same.
        let mut things: Vec<_> = scene.things.iter().filter(|thing| thing.noun == noun).collect();
        things.sort_by_key(|thing| !thing.is_absent());
        assert!(!things.is_empty(), "there is no {noun}");
        let mut is_done = false;
        for caller in &scene.callers {
            let mut absence = None;
            for thing in &things {
                let reply = request(caller, &operation, thing).await;
                tried += 1;
                is_done |= reply.status < 300 || reply.status == 503;
                let expected = expected(caller, permissions[id], &relations, thing);
                let as_expected = match expected {
                    Some(status) => reply.status == status,
                    None => ![401, 403, 404, 500].contains(&reply.status),
                };
                let refusal = json!([reply.body["code"], reply.body["detail"]]);
                if !as_expected {
                    let name = caller.name();
                    wrong.push(format!("{id} answered {} to {name} for the {}, not {expected:?}: {refusal}", reply.status, thing.what));
                } else if reply.status == 404 && !knows(caller, thing) && *absence.get_or_insert_with(|| refusal.clone()) != refusal {
                    wrong.push(format!("{id} tells {} that there is a {}: {refusal} is not {absence:?}", caller.name(), thing.what));
                }
            }
        }
        if !is_done {
            never_done.insert(id.to_owned());
        }
    }
    wrong.extend(never_done.iter().map(|id| format!("{id} was let through and never did anything")));
    wrong.extend(rule.keys().map(|id| format!("the rule has {id}, which is no operation")));
    let undone = town.count("select last_value from undone").await;
    println!("{tried} requests, {undone} writes undone");
    assert!(wrong.is_empty(), "{} faults: {wrong:#?}", wrong.len());
    assert!(undone > 400, "the walk hardly wrote anything: {undone}");
}

/// What a body names is told no sooner than what a path names.
#[tokio::test]
async fn a_question_is_closed_as_a_duplicate_of_what_its_moderator_sees() {
    let town = Town::new().await;
    let (oli, quin) = (town.member("oli").await, town.member("quin").await);
    let (house, elsewhere) = (oli.founds("The house", "open", false).await, quin.founds("Elsewhere", "invite_only", true).await);
    let (mine, theirs) = (oli.asks_in(&house, "Where is the bird?").await, quin.asks_in(&elsewhere, "Where is our bird?").await);
    for unknown in [&theirs, "01890000-0000-7000-8000-000000000000"] {
        let form = json!({ "reason": "duplicate", "duplicate_of": unknown });
        oli.put(&format!("/questions/{mine}/closure"), form).await.refuses_field("/duplicate_of");
    }
}
