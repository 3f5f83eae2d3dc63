//! Who may call what: every operation, with every kind of caller. A new operation without a row fails.

use std::collections::BTreeMap;

use poem::http::Method;
use serde_json::json;

use super::description::operations;
use crate::support::{Person, Town};

/// An operation, and who may call it: `anyone`, `myself` (a member, suspended or not), `member`, `moderator`,
/// `administrator`, a scope, or `member` and a scope.
const PERMISSIONS: &str = include_str!("permissions.txt");

#[tokio::test]
async fn every_operation_is_walked_with_every_caller() {
    let town = Town::new().await;
    let spec = town.app.spec().expect("a description");
    let permissions = permissions();
    let scopes = "purchases:write members:read members:pii redemptions:write redemptions:read_any \
                  redemptions:write_any catalog:write catalog:write_any ledger:read webhooks:write";
    let suspended = town.member("suspended").await;
    town.sql(&format!(
        "insert into sanction (id, member_id, kind, reason, note, imposed_by, starts_at, ends_at)
         values (gen_random_uuid(), '{0}', 'suspension', 'test', '', '{0}', now(), now() + interval '1 year')",
        suspended.id()
    ))
    .await;
    let callers = [
        ("visitor", town.visitor()),
        ("suspended", suspended),
        ("member", town.member("member").await),
        ("moderator", town.moderator("mona").await),
        ("administrator", town.admin("ada").await),
        ("partner", town.partner("shop", scopes).await),
        ("partner without scope", town.partner("kiosk", "").await),
    ];
    let mut wrong = Vec::new();
    for (path, method, operation) in operations(&spec) {
        let id = operation["operationId"].as_str().unwrap();
        let Some(permission) = permissions.get(id) else {
            wrong.push(format!("{id} has no row in permissions.txt"));
            continue;
        };
        for (kind, person) in &callers {
            // Signing out would end the walk.
            if id == "log_out" && *kind != "visitor" {
                continue;
            }
            let status = knock(person, &method, &path).await;
            let expected = status_without_permission(permission, kind);
            let as_expected = match expected {
                Some(status_expected) => status == status_expected,
                // Once admitted, anything may follow but such a refusal, or a fault of ours.
                None => status != 401 && status < 500 || id == "log_in" || id == "refresh_session",
            };
            if !as_expected {
                wrong.push(format!("{id} ({permission}) answered {status} to {kind}, not {expected:?}"));
            }
        }
    }
    let known: Vec<_> = operations(&spec).iter().map(|(_, _, operation)| operation["operationId"].as_str().unwrap().to_owned()).collect();
    wrong.extend(
        permissions
            .keys()
            .filter(|id| !known.iter().any(|known| known == *id))
            .map(|id| format!("permissions.txt has {id}, which is no operation")),
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Who may call each operation.
pub fn permissions() -> BTreeMap<&'static str, &'static str> {
    let rows = PERMISSIONS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(char::is_whitespace));
    rows.map(|(id, permission)| (id, permission.trim())).collect()
}

/// The status for who may not call it, or none where they may.
pub fn status_without_permission(permission: &str, caller: &str) -> Option<u16> {
    let mut parts = permission.split(" or ");
    let admits = parts.any(|part| match (part, caller) {
        ("anyone", _) => true,
        ("myself", "suspended" | "member" | "moderator" | "administrator") => true,
        ("member", "member" | "moderator" | "administrator") => true,
        ("moderator", "moderator" | "administrator") => true,
        ("administrator", "administrator") => true,
        (scope, "partner") => scope.contains(':'),
        _ => false,
    });
    match caller {
        _ if admits => None,
        "visitor" => Some(401),
        _ => Some(403),
    }
}

/// Sends a request that names nothing that exists, and a body that says nothing. A stream would not end.
async fn knock(person: &Person, method: &str, path: &str) -> u16 {
    let path = path
        .split('/')
        .map(|segment| match segment {
            "{handle}" | "{slug}" | "{external_id}" | "{name}" | "{tag}" => "nobody-of-this-name",
            "{board}" => "points",
            id if id.starts_with('{') => "01890000-0000-7000-8000-000000000000",
            other => other,
        })
        .collect::<Vec<_>>()
        .join("/");
    let method: Method = method.to_uppercase().parse().unwrap();
    let body = (!["GET", "DELETE"].contains(&method.as_str())).then(|| json!({}));
    person.send(method, &path, body, &[("idempotency-key", "walk"), ("last-event-id", "none")]).await.status
}
