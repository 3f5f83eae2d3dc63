//! Every rate limit: how many at once, and how long until the next one.

use regulars::{
    forum::{
        flag::rules::FLAG,
        post::{
            posting_limits::{ASK, FIRST_DAY_ASK, FIRST_DAY_REPLY, NEWCOMER_PAUSE, REPLY},
            preview_api::PREVIEW,
        },
        search::rules::VISITOR_SEARCH,
        vote::rules::{VOTE, VOTE_ON_AUTHOR},
    },
    identity::account::rules::{PASSWORD, PASSWORD_OF_ALL, SIGN_IN, SIGN_UP, SIGN_UP_FORM},
    kit::rate_limits::{RateLimitSettings, RateLimits},
};

#[test]
fn rate_limits_are_what_they_should_be() {
    let mut names = std::collections::BTreeSet::new();
    let limits = RateLimits::new(RateLimitSettings { enforced: true, proxies: 0 });
    for (limit, times, seconds_max) in [
        (SIGN_IN, 6, 11),
        (PASSWORD, 10, 61),
        (PASSWORD_OF_ALL, 30, 601),
        (SIGN_UP_FORM, 30, 121),
        (SIGN_UP, 3, 28_801),
        (ASK, 20, 4_321),
        (REPLY, 100, 865),
        (VOTE, 40, 2_161),
        (VOTE_ON_AUTHOR, 5, 86_401),
        (FLAG, 20, 4_321),
        (VISITOR_SEARCH, 15, 5),
        (PREVIEW, 60, 2),
        (NEWCOMER_PAUSE, 1, 31),
        (FIRST_DAY_ASK, 3, 86_401),
        (FIRST_DAY_REPLY, 10, 86_401),
    ] {
        assert!(names.insert(limit.name()), "two limits are called {}", limit.name());
        for _ in 0..times {
            limits.take(limit, "member:ada").unwrap();
        }
        let wait_s = limits.take(limit, "member:ada").unwrap_err().retry_after_s.unwrap();
        assert!((1..=seconds_max).contains(&wait_s), "{limit:?}: {wait_s}");
        limits.take(limit, "member:bea").unwrap();
    }
}
