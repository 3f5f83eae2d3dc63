//! Everything that is kept about one member, in their own hands (GDPR, articles 15 and 20).

use diesel::{
    QueryResult, QueryableByName,
    sql_types::{Jsonb, Uuid},
};
use diesel_async::RunQueryDsl;
use poem_openapi::{Object, types::Any};
use serde_json::Value;

use crate::{
    domain::MemberId,
    kit::{Conn, db::CachedExt},
    shown_tag,
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Jsonb)]
    everything: Value,
}

/// Declares the sections, each with the query whose rows are one JSON object `item`; `$1` is the member.
macro_rules! sections {
    ($($(#[$doc:meta])* $section:ident = $($sql:expr),+;)+) => {
        /// A member's data: the account, and a list for each kind of thing.
        #[derive(Object)]
        pub struct Export {
            /// The member, with the account's e-mail address.
            pub account: Any<Value>,
            $($(#[$doc])* pub $section: Any<Value>,)+
        }

        /// In one statement, and therefore of one moment.
        pub async fn find_everything(conn: &mut Conn, member_id: MemberId) -> QueryResult<Export> {
            let row: Row = diesel::sql_query(concat!(
                "select jsonb_build_object(",
                $("'", stringify!($section), "', (select coalesce(jsonb_agg(item), '[]') from (", $($sql,)+ ") s), ",)+
                "'account', (select jsonb_build_object('id', m.id, 'handle', m.handle, 'display_name', m.display_name, 'bio', m.bio,
                     'email', a.email, 'role', m.role, 'trust', m.trust, 'on_leaderboards', m.on_leaderboards, 'since', m.created_at)
                   from member m left join account a on a.member_id = m.id where m.id = $1)) as everything"
            ))
            .bind::<Uuid, _>(member_id)
            .cached()
            .get_result(conn)
            .await?;
            let mut everything = row.everything;
            Ok(Export {
                account: Any(everything["account"].take()),
                $($section: Any(everything[stringify!($section)].take()),)+
            })
        }
    };
}

sections! {
    /// Where the member is signed in.
    sessions =
        "select json_build_object('since', created_at, 'last_used_at', last_used_at, 'user_agent', user_agent) as item
         from session where member_id = $1 order by id";
    /// Questions and answers.
    posts =
        "select json_build_object('id', id, 'kind', kind, 'question_id', post.question_id, 'title', title, 'body', body_markdown,
                'state', state, 'score', c.score, 'created_at', created_at, 'edited_at', edited_at) as item
         from post join post_counter c on c.post_id = id where author_id = $1 order by created_at";
    comments =
        "select json_build_object('id', id, 'post_id', post_id, 'body', body_markdown, 'state', state, 'created_at', created_at) as item
         from comment where author_id = $1 order by created_at";
    votes =
        "select json_build_object('post_id', post_id, 'value', value, 'cast_at', cast_at) as item
         from vote where member_id = $1 order by cast_at";
    flags =
        "select json_build_object('post_id', post_id, 'reason', reason, 'note', note, 'verdict', verdict, 'created_at', created_at) as item
         from flag where flagger_id = $1 order by created_at";
    /// Groups, and how the member stands with them. Without the name of one that the member may not know of any more.
    groups =
        "select json_build_object('group', k.slug, 'name', k.name, 'role', m.role, 'state', m.state, 'since', m.since) as item
         from membership m
         left join user_group k on k.id = m.group_id and k.deleted_at is null and (not k.private or m.state in ('active', 'invited'))
         where m.member_id = $1 order by m.since";
    followed_questions =
        "select json_build_object('question_id', question_id, 'since', since) as item
         from question_follow where member_id = $1 order by since, question_id";
    /// Those that are shown to everybody.
    followed_tags =
        "select json_build_object('tag', t.name, 'since', f.since) as item
         from tag_follow f join tag t on t.id = f.tag_id where f.member_id = $1 and ", shown_tag!("t"), " order by t.name";
    /// What the member was told, and has not read long ago.
    notifications =
        "select json_build_object('kind', kind, 'count', count, 'question_id', question_id, 'post_id', post_id, 'points_or_rank', amount,
                'detail', detail, 'created_at', created_at, 'read_at', read_at) as item
         from notification where member_id = $1 order by id";
    /// Kinds of notifications that the member has switched off.
    notifications_off =
        "select to_json(kind) as item from notification_off where member_id = $1 order by kind";
    /// The names by which partners know the member.
    partners =
        "select json_build_object('partner', p.name, 'external_id', e.external_id, 'linked_at', e.linked_at) as item
         from external_member e join partner p on p.id = e.partner_id where e.member_id = $1 order by e.linked_at";
    purchases =
        "select json_build_object('id', p.id, 'order_id', p.order_id, 'purchased_at', p.purchased_at, 'currency', p.currency,
                'net_minor', p.net_minor, 'points', p.points_granted, 'lines',
                (select json_agg(json_build_object('sku', l.sku, 'quantity', l.quantity, 'net_minor', l.net_minor,
                                                   'returned_quantity', l.returned_quantity) order by l.line)
                 from purchase_line l where l.purchase_id = p.id)) as item
         from purchase p where p.member_id = $1 order by p.purchased_at";
    /// Every movement of points, also of members who were merged into this one.
    statement =
        "select json_build_object('id', t.id, 'kind', t.kind, 'note', t.note, 'at', t.effective_at, 'entries',
                (select json_agg(json_build_object('account', e.account, 'points', e.amount) order by e.line)
                 from ledger_entry e where e.transaction_id = t.id and e.member_id = t.member_id)) as item
         from ledger_transaction t where t.member_id in (select id from member where $1 in (id, merged_into)) order by t.effective_at, t.id";
    redemptions =
        "select json_build_object('id', d.id, 'reward', w.name, 'points', d.points, 'state', d.state,
                'code', case when d.state in ('issued', 'fulfilled') then d.code end, 'ship_to', d.ship_to, 'created_at', d.created_at) as item
         from redemption d join reward w on w.id = d.reward_id where d.member_id = $1 order by d.id";
    /// Every change of reputation.
    reputation =
        "select json_build_object('kind', kind, 'amount', amount, 'post_id', post_id, 'at', occurred_at) as item
         from reputation_entry where member_id = $1 and amount <> 0 order by occurred_at, id";
    /// Members whom this one recommended, and the one who recommended this one.
    referrals =
        "select json_build_object('id', id, 'side', case when advocate_id = $1 then 'advocate' else 'referee' end, 'state', state,
                'created_at', created_at) as item
         from referral where $1 in (advocate_id, referee_id) order by id";
    sanctions =
        "select json_build_object('kind', kind, 'reason', reason, 'starts_at', starts_at, 'ends_at', ends_at,
                'lifted_at', lifted_at) as item
         from sanction where member_id = $1 order by starts_at";
}
