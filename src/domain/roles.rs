//! Roles, states and kinds that more than one feature decides by.

use crate::text_enum;

text_enum! {
    /// What a member may do to others' things. Later ones may do all that earlier ones may.
    pub enum Role {
        Member = "member",
        Moderator = "moderator",
        Administrator = "administrator",
    }
}

text_enum! {
    /// A post is a question or an answer.
    pub enum PostKind {
        Question = "question",
        Answer = "answer",
    }
}

text_enum! {
    /// Whether a post is there for everybody.
    pub enum PostState {
        Published = "published",
        /// By review, until it is decided or for good.
        Hidden = "hidden",
        Deleted = "deleted",
    }
}

text_enum! {
    /// How one gets into a group.
    pub enum GroupKind {
        Open = "open",
        OnRequest = "on_request",
        InviteOnly = "invite_only",
    }
}

text_enum! {
    /// What a member may do within a group. Later ones may do all that earlier ones may.
    pub enum GroupRole {
        Member = "member",
        Moderator = "moderator",
        Owner = "owner",
    }
}

text_enum! {
    /// Where somebody stands with a group. Only the active are in it.
    pub enum MembershipState {
        Active = "active",
        Requested = "requested",
        Invited = "invited",
        Banned = "banned",
    }
}

text_enum! {
    /// What a leaderboard counts.
    pub enum Metric {
        Points = "points",
        Reputation = "reputation",
        AcceptedAnswers = "accepted_answers",
    }
}
