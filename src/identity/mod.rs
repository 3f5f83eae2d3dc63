//! Who you are: a person's account and sessions, a partner's API keys, and the extractors that handlers take.

pub mod access;
pub mod account;
pub mod audit;
pub mod caller;
pub mod member;
pub mod permission;
pub mod standing;

pub use caller::{Actor, Admin, Doorkeeper, Member, MemberOrPartner, Moderator, Myself, Partner, PartnerActor, Visitor};

use poem_openapi::OpenApi;

use self::account::api::{AccountApi, SignInTerms};

pub fn api(keeper: &Doorkeeper, terms: SignInTerms) -> impl OpenApi + use<> {
    (AccountApi { keeper: keeper.clone(), terms }, ())
}
