//! Who calls: the credential of a request, and the extractors that handlers take.

mod actor;
mod credential;
mod extractors;
mod store;

pub use self::{
    actor::{API_KEY_PREFIX, Actor, PartnerActor, Scope},
    credential::{Authenticator, Refusal, address, gone, known_caller, missing_scope, token_expiry},
    extractors::{
        Admin, AdminOrPartner, CatalogWrite, LedgerRead, Member, MemberOrPartner, MembersPii, MembersRead, Moderator, ModeratorOrPartner,
        Myself, Partner, PurchasesWrite, RedemptionsWrite, Scoped, Visitor,
    },
};
use crate::kit::{Conn, Kit, Problem, db::Tx};

impl Actor {
    /// A transaction of what the member writes. They stay to its end: who erases or merges them waits for it, and finds what it wrote.
    /// 401 when they are gone.
    pub async fn begin(&self, kit: &Kit) -> Result<Tx, Problem> {
        let mut tx = kit.db.begin().await?;
        self.stay(&mut tx).await?;
        Ok(tx)
    }

    /// Holds them in a transaction that had to lock something else before. 401 when they are gone.
    pub async fn stay(&self, conn: &mut Conn) -> Result<(), Problem> {
        if store::hold(conn, self.member_id).await? { Ok(()) } else { Err(gone()) }
    }
}
