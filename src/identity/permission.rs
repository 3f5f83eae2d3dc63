//! Who may do what: one pure function. Lists filter in SQL by the same rules, with [`visible_group!`](crate::visible_group).

use super::Actor;
use crate::{
    domain::{GroupRole, MemberId, MembershipState, PostState, Role},
    kit::Problem,
};

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read a post, its comments, or the list of a group's posts.
    See,
    /// Ask a question, in the group if there is one.
    Ask,
    Answer,
    Comment,
    Vote,
    /// Mark an answer as the one that helped, or take the mark away.
    Accept,
    Flag,
    EditPost,
    DeletePost,
    /// Hide, restore, close, lock.
    Moderate,
    /// Know that a group exists, and what it is about.
    SeeGroup,
    /// Know who is in a group.
    SeeMembers,
    /// Invite, let in, turn away and ban.
    ModerateMembers,
    /// Change a group's terms, or end it.
    ManageGroup,
}

/// Where the actor stands with the group that something lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct GroupAccess {
    pub private: bool,
    pub deleted: bool,
    /// Only of active members.
    pub my_role: Option<GroupRole>,
    /// None for who has nothing to do with it.
    pub state: Option<MembershipState>,
}

impl GroupAccess {
    fn is_at_least(self, role: GroupRole) -> bool {
        self.my_role.is_some_and(|mine| mine >= role)
    }
}

/// What it is to be done to. For a question, author and asker are the same.
#[derive(Clone, Copy, Debug)]
pub struct Object {
    /// None: in no group.
    pub group: Option<GroupAccess>,
    pub author_id: Option<MemberId>,
    pub asker_id: Option<MemberId>,
    pub state: PostState,
    /// The question takes no new answers.
    pub closed: bool,
    /// The question takes no words from anybody but staff.
    pub locked: bool,
}

impl Object {
    /// A group, or the community at large.
    pub fn group(group: Option<GroupAccess>) -> Self {
        Self { group, author_id: None, asker_id: None, state: PostState::Published, closed: false, locked: false }
    }
}

/// Why somebody may not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// They may not even know of it.
    Invisible,
    SignIn,
    Forbidden,
    Silenced,
    OwnPost,
    NotInGroup,
    Locked,
    Closed,
}

crate::refusals! {
    /// What may be known of, and not done.
    pub enum Refusal {
        Silenced = FORBIDDEN "silenced" "You may read, but not write, for now.",
        OwnPost = FORBIDDEN "own_post" "This is for the posts of others.",
        NotInGroup = FORBIDDEN "not_in_group" "Join the group to take part in it.",
        QuestionLocked = CONFLICT "question_locked" "This question is locked.",
        QuestionClosed = CONFLICT "question_closed" "This question is closed to new answers.",
    }
}

impl Denied {
    /// The answer, where `noun` is what was looked for.
    pub fn problem(self, noun: &str) -> Problem {
        match self {
            Self::Invisible => Problem::not_found(noun),
            Self::SignIn => Problem::unauthorized("Sign in to do this."),
            Self::Forbidden => Problem::forbidden("You may not do this."),
            Self::Silenced => Refusal::Silenced.into(),
            Self::OwnPost => Refusal::OwnPost.into(),
            Self::NotInGroup => Refusal::NotInGroup.into(),
            Self::Locked => Refusal::QuestionLocked.into(),
            Self::Closed => Refusal::QuestionClosed.into(),
        }
    }
}

/// Whether `actor`, or a visitor, may do `action` to `object`.
pub fn can(actor: Option<&Actor>, action: Action, object: &Object) -> Result<(), Denied> {
    use Action::*;
    let staff = actor.is_some_and(Actor::is_staff);
    let moderates = staff || object.group.is_some_and(|group| group.is_at_least(GroupRole::Moderator));
    if !sees(actor, action, object, staff, moderates) {
        return Err(Denied::Invisible);
    }
    if matches!(action, See | SeeGroup | SeeMembers) {
        return Ok(());
    }
    let Some(actor) = actor else { return Err(Denied::SignIn) };
    let mine = object.author_id == Some(actor.member_id);
    let asked = object.asker_id == Some(actor.member_id);
    let banned = object.group.is_some_and(|group| group.state == Some(MembershipState::Banned));
    let outside = object.group.is_some_and(|group| group.my_role.is_none()) && !staff;
    let allow = |allowed: bool| if allowed { Ok(()) } else { Err(Denied::Forbidden) };
    match action {
        Ask | Answer | Comment if actor.silenced => Err(Denied::Silenced),
        EditPost if actor.silenced && !moderates => Err(Denied::Silenced),
        Ask | Answer | Comment | Vote | Flag if banned && !staff => Err(Denied::Forbidden),
        Ask | Answer | Comment if outside => Err(Denied::NotInGroup),
        Answer | Comment | Vote | Accept | EditPost | DeletePost if object.locked && !moderates => {
            // Who could not do it anyway need not learn of the lock.
            allow(!matches!(action, EditPost | DeletePost) || mine)?;
            Err(Denied::Locked)
        }
        Answer if object.closed => Err(Denied::Closed),
        Vote | Flag if mine => Err(Denied::OwnPost),
        Ask | Answer | Comment | Vote | Flag => Ok(()),
        Accept => allow(asked || staff),
        EditPost | DeletePost => allow(mine || moderates),
        Moderate | ModerateMembers => allow(moderates),
        ManageGroup => allow(actor.role == Role::Administrator || object.group.is_some_and(|group| group.is_at_least(GroupRole::Owner))),
        See | SeeGroup | SeeMembers => Ok(()),
    }
}

fn sees(actor: Option<&Actor>, action: Action, object: &Object, staff: bool, moderates: bool) -> bool {
    let into_group = object.group.is_none_or(|group| {
        let invited = matches!(action, Action::SeeGroup | Action::ManageGroup) && group.state == Some(MembershipState::Invited);
        // Staff look at what was said in a group that has ended; nobody begins anything there.
        let staff = staff && !(group.deleted && action == Action::Ask);
        staff || !group.deleted && (!group.private || group.my_role.is_some() || invited)
    });
    let mine = actor.is_some_and(|actor| object.author_id == Some(actor.member_id));
    into_group && (object.state == PostState::Published || mine || moderates)
}

#[cfg(test)]
mod tests {
    use super::{Action::*, *};
    use crate::domain::SessionId;

    fn person(role: Role, silenced: bool) -> Actor {
        Actor {
            member_id: MemberId::new(),
            session_id: SessionId::new(),
            handle: "ada".to_owned(),
            role,
            trust: 0,
            joined_at: chrono::DateTime::UNIX_EPOCH,
            silenced,
            suspended: false,
        }
    }

    fn access(private: bool, my_role: Option<GroupRole>, state: Option<MembershipState>) -> Option<GroupAccess> {
        Some(GroupAccess { private, deleted: false, my_role, state })
    }

    /// A line a case: who, does what, to a post in which group, in which state; and why not.
    #[test]
    fn who_may_do_what() {
        use MembershipState::{Active, Banned, Invited, Requested};
        use PostState::{Deleted, Hidden, Published};
        let (ada, silent) = (person(Role::Member, false), person(Role::Member, true));
        let (mo, root) = (person(Role::Moderator, false), person(Role::Administrator, false));
        let nobody = None;
        let in_open = access(false, Some(GroupRole::Member), Some(Active));
        let in_private = access(true, Some(GroupRole::Member), Some(Active));
        let (open, private) = (access(false, None, None), access(true, None, None));
        let runs = access(true, Some(GroupRole::Moderator), Some(Active));
        let owns = access(true, Some(GroupRole::Owner), Some(Active));
        let gone = Some(GroupAccess { deleted: true, ..in_open.unwrap() });
        let yes = Ok(());
        let no = Err;
        use Denied::*;
        for (who, action, group, state, expected) in [
            (nobody, See, None, Published, yes),
            (nobody, See, None, Hidden, no(Invisible)),
            (nobody, See, open, Published, yes),
            (nobody, See, private, Published, no(Invisible)),
            (nobody, SeeGroup, private, Published, no(Invisible)),
            (nobody, SeeMembers, open, Published, yes),
            (nobody, Ask, None, Published, no(SignIn)),
            (nobody, Ask, private, Published, no(Invisible)),
            (nobody, ManageGroup, open, Published, no(SignIn)),
            (Some(&ada), See, None, Hidden, no(Invisible)),
            (Some(&ada), See, None, Deleted, no(Invisible)),
            (Some(&ada), See, private, Published, no(Invisible)),
            (Some(&ada), See, in_private, Published, yes),
            (Some(&ada), See, runs, Hidden, yes),
            (Some(&ada), See, gone, Published, no(Invisible)),
            (Some(&ada), See, access(true, None, Some(Invited)), Published, no(Invisible)),
            (Some(&ada), SeeGroup, access(true, None, Some(Invited)), Published, yes),
            (Some(&ada), SeeMembers, access(true, None, Some(Invited)), Published, no(Invisible)),
            (Some(&ada), ManageGroup, access(true, None, Some(Invited)), Published, no(Forbidden)),
            (Some(&ada), SeeGroup, access(true, None, Some(Requested)), Published, no(Invisible)),
            (Some(&ada), SeeGroup, access(true, None, Some(Banned)), Published, no(Invisible)),
            (Some(&ada), See, access(false, None, Some(Banned)), Published, yes),
            (Some(&ada), Ask, None, Published, yes),
            (Some(&ada), Ask, open, Published, no(NotInGroup)),
            (Some(&ada), Ask, access(false, None, Some(Banned)), Published, no(Forbidden)),
            (Some(&ada), Ask, in_open, Published, yes),
            (Some(&ada), Answer, open, Published, no(NotInGroup)),
            (Some(&ada), Vote, open, Published, yes),
            (Some(&ada), Vote, access(false, None, Some(Banned)), Published, no(Forbidden)),
            (Some(&ada), Vote, private, Published, no(Invisible)),
            (Some(&ada), Flag, None, Published, yes),
            (Some(&ada), Accept, None, Published, no(Forbidden)),
            (Some(&ada), EditPost, None, Published, no(Forbidden)),
            (Some(&ada), DeletePost, runs, Published, yes),
            (Some(&ada), Moderate, in_private, Published, no(Forbidden)),
            (Some(&ada), Moderate, runs, Published, yes),
            (Some(&ada), ModerateMembers, in_open, Published, no(Forbidden)),
            (Some(&ada), ModerateMembers, runs, Published, yes),
            (Some(&ada), ManageGroup, runs, Published, no(Forbidden)),
            (Some(&ada), ManageGroup, owns, Published, yes),
            (Some(&silent), Ask, None, Published, no(Silenced)),
            (Some(&silent), Comment, None, Published, no(Silenced)),
            (Some(&silent), Vote, None, Published, yes),
            (Some(&silent), See, None, Published, yes),
            (Some(&mo), See, private, Published, yes),
            (Some(&mo), See, None, Deleted, yes),
            (Some(&mo), See, gone, Published, yes),
            (Some(&mo), Ask, gone, Published, no(Invisible)),
            (Some(&mo), Answer, open, Published, yes),
            (Some(&mo), EditPost, None, Published, yes),
            (Some(&mo), Accept, None, Published, yes),
            (Some(&mo), Moderate, None, Published, yes),
            (Some(&mo), ManageGroup, open, Published, no(Forbidden)),
            (Some(&root), ManageGroup, open, Published, yes),
        ] {
            let object = Object { state, ..Object::group(group) };
            let name = who.map_or("nobody", |actor| actor.role.as_str());
            assert_eq!(can(who, action, &object), expected, "{name} {action:?} {group:?} {state:?}");
        }
    }

    #[test]
    fn ones_own_posts_and_closed_doors() {
        let (ada, mo) = (person(Role::Member, false), person(Role::Moderator, false));
        let post = Object::group(None);
        let own = Object { author_id: Some(ada.member_id), asker_id: Some(ada.member_id), ..post };
        let hers = Object { author_id: Some(MemberId::new()), asker_id: Some(ada.member_id), ..post };
        for (who, action, object, expected) in [
            (&ada, EditPost, own, Ok(())),
            (&ada, DeletePost, own, Ok(())),
            (&ada, Vote, own, Err(Denied::OwnPost)),
            (&ada, Flag, own, Err(Denied::OwnPost)),
            (&ada, Accept, own, Ok(())),
            (&ada, Accept, hers, Ok(())),
            (&ada, EditPost, hers, Err(Denied::Forbidden)),
            (&ada, See, Object { state: PostState::Hidden, ..own }, Ok(())),
            (&ada, See, Object { state: PostState::Hidden, ..hers }, Err(Denied::Invisible)),
            (&ada, Answer, Object { locked: true, ..post }, Err(Denied::Locked)),
            (&ada, EditPost, Object { locked: true, ..own }, Err(Denied::Locked)),
            (&ada, EditPost, Object { locked: true, ..hers }, Err(Denied::Forbidden)),
            (&ada, Flag, Object { locked: true, ..post }, Ok(())),
            (&ada, Answer, Object { closed: true, ..post }, Err(Denied::Closed)),
            (&ada, Comment, Object { closed: true, ..post }, Ok(())),
            (&mo, Answer, Object { locked: true, ..post }, Ok(())),
            (&mo, Answer, Object { closed: true, ..post }, Err(Denied::Closed)),
        ] {
            assert_eq!(can(Some(who), action, &object), expected, "{} {action:?} {object:?}", who.role.as_str());
        }
    }
}
