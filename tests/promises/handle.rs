//! Whoever is named is named by their handle, and not by one that looks like it.

use poem::http::Method;
use serde_json::{Value, json};

use super::description::operations;
use crate::support::{Person, Reply, Town};

/// All of them once were the same as the handle.
const LOOKALIKES: [&str; 6] = ["ilse77", "1ise77", "lise-77", "li5e77", "l1se_77", "Iise77"];

/// Bodies of operations on somebody whom the path names; a new one needs its own.
fn body(id: &str) -> Value {
    match id {
        "set_member_role" => json!({ "role": "moderator", "reason": "The town needs it." }),
        "impose_sanction" => json!({ "kind": "silence", "reason": "Too loud.", "hours": 24 }),
        "set_trust" => json!({ "trust": 4, "reason": "The town needs it." }),
        "set_group_member" => json!({ "state": "invited" }),
        "preview_merge" => json!({ "into": "Lise77" }),
        "merge_members" => json!({ "into": "Lise77", "reason": "One person." }),
        "adjust_points" => json!({ "points": 100, "reason": "A present." }),
        _ => json!({}),
    }
}

/// Where an operation takes a handle.
#[derive(Debug)]
enum Position {
    Path,
    Query(String),
    Body(&'static str),
}

fn positions(spec: &Value, operation: &Value) -> Vec<Position> {
    let mut positions = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().expect("a name");
        let about = parameter["description"].as_str().unwrap_or_default().to_lowercase();
        match parameter["in"].as_str() {
            Some("path") if name == "handle" => positions.push(Position::Path),
            Some("query") if about.contains("handle") => positions.push(Position::Query(name.to_owned())),
            _ => {}
        }
    }
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let schema = schema["$ref"].as_str().and_then(|reference| spec.pointer(&reference[1..])).unwrap_or(schema);
    positions.extend(["handle", "into", "from"].into_iter().filter(|name| schema["properties"].get(name).is_some()).map(Position::Body));
    positions
}

async fn ask(person: &Person, (path, method, operation): &(String, String, Value), spot: &Position, handle: &str) -> Reply {
    let id = operation["operationId"].as_str().expect("an id");
    let mut body = body(id);
    let in_path = if matches!(spot, Position::Body(_)) { "Lise77" } else { handle };
    let mut path = path.replace("{slug}", "home-baristas").replace("{handle}", in_path);
    match spot {
        Position::Path if id == "unset_trust" => path += "?reason=The+town+needs+it.",
        Position::Path => {}
        Position::Query(name) => path += &format!("?{name}={handle}"),
        Position::Body(name) => {
            body.as_object_mut().expect("an object").remove("into");
            body[name] = json!(handle);
        }
    }
    let method: Method = method.to_uppercase().parse().expect("a method");
    let body = (![Method::GET, Method::DELETE].contains(&method)).then_some(body);
    person.send(method, &path, body, &[("idempotency-key", &format!("{id} {handle}"))]).await
}

#[tokio::test]
async fn no_operation_takes_a_lookalike_for_the_member() {
    let town = Town::new().await;
    let (lise, admin) = (town.member("Lise77").await, town.admin("ada").await);
    admin.founds("Home Baristas", "open", false).await;
    lise.asks("Which grinder suits a small kitchen?").await;
    let spec = town.app.spec().expect("a description");
    let (mut wrong, mut walked) = (Vec::new(), 0);
    for operation in operations(&spec) {
        // Registering refuses lookalikes, and so knows them; see identity::account.
        let id = operation.2["operationId"].as_str().expect("an id").to_owned();
        for spot in positions(&spec, &operation.2).into_iter().filter(|_| id != "register") {
            walked += 1;
            // How a handle begins is not how another one looks.
            let searches = matches!(&spot, Position::Query(name) if name == "q");
            for handle in LOOKALIKES {
                let reply = ask(&admin, &operation, &spot, handle).await;
                let right =
                    if searches { reply.items().is_empty() } else { (reply.status, &reply.body["code"]) == (404, &json!("not_found")) };
                if !right {
                    wrong.push(format!("{id} took {handle} by its {spot:?}: {} {}", reply.status, reply.body));
                }
            }
            // And finds who is meant, case aside.
            let reply = ask(&admin, &operation, &spot, "lISE77").await;
            let found = if searches { reply.items().len() == 1 } else { reply.body["detail"] != "There is no such member." };
            if !found || reply.status == 400 || reply.status == 422 {
                wrong.push(format!("{id} does not find lISE77 by its {spot:?}: {} {}", reply.status, reply.body));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(walked >= 20, "only {walked} places where a handle is taken");
    assert_eq!(admin.get("/search?q=author:ilse77%20grinder").await.is(200).items().len(), 0);
    assert_eq!(admin.get("/search?q=author:lise77%20grinder").await.is(200).items().len(), 1);
    // The Kelvin sign is no k, though its lower case is.
    town.member("kim").await;
    town.visitor().get("/members/%E2%84%AAim").await.refused(404, "not_found");
}
