//! What there is, for feed readers and search engines.

use quick_xml::{Reader, events::Event};
use serde_json::json;

use crate::support::{ADDRESS, Reply, Town};

/// The texts of all elements of a name; fails unless the answer is well-formed.
fn texts(reply: &Reply, name: &str) -> Vec<String> {
    let mut reader = Reader::from_str(reply.html());
    let (mut texts, mut inside) = (Vec::new(), false);
    loop {
        match reader.read_event().expect("XML") {
            Event::Start(tag) => {
                inside = tag.name().as_ref() == name.as_bytes();
                if inside {
                    texts.push(String::new());
                }
            }
            Event::Text(text) if inside => *texts.last_mut().unwrap() += &text.decode().unwrap(),
            Event::GeneralRef(reference) if inside => {
                texts.last_mut().unwrap().push(reference.resolve_char_ref().unwrap().expect("a numbered character"));
            }
            Event::End(_) => inside = false,
            Event::Eof => return texts,
            _ => {}
        }
    }
}

#[tokio::test]
async fn the_newest_questions_are_a_feed() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let group = ada.founds("Secret Society", "invite_only", true).await;
    ada.asks_in(&group, "What is the password?").await;
    ada.asks_about("Is <b>milk</b> & honey odd?\u{1}", &["milk"]).await;
    let beans = ada.asks_about("Where do beans come from?", &["beans"]).await;

    let feed = town.visitor().get("//feeds/questions.atom").await.is(200);
    assert_eq!(feed.header("content-type"), Some("application/atom+xml"));
    assert_eq!(texts(&feed, "title"), ["Our community", "Where do beans come from?", "Is <b>milk</b> & honey odd?"]);
    assert_eq!(texts(&feed, "id")[1], format!("urn:uuid:{beans}"));
    assert!(texts(&feed, "content")[0].contains("<p>Where do beans come from?"), "the whole body is in it");
    feed.says(&format!("href=\"{ADDRESS}/questions/{beans}/where-do-beans-come-from\""));
    let tag = feed.header("etag").unwrap();
    town.visitor().opens_with("/feeds/questions.atom", &[("if-none-match", tag)]).await.is(304);
    let feed = town.visitor().get("//feeds/questions.atom?tag=milk").await.is(200);
    assert_eq!(texts(&feed, "title").len(), 2);
    town.visitor().get(&format!("//feeds/questions.atom?group={group}")).await.refused(404, "not_found");
}

#[tokio::test]
async fn the_site_map_has_what_everybody_may_read() {
    let town = Town::new().await;
    let ada = town.member("ada").await;
    let (open, secret) = (ada.founds("Home Baristas", "open", false).await, ada.founds("Secret", "invite_only", true).await);
    let question = ada.asks("Where do beans come from?").await;
    let in_group = ada.asks_in(&open, "How fine should one grind?").await;
    let hidden = ada.asks_in(&secret, "What is the password?").await;
    let gone = ada.asks("Shall I delete this one?").await;
    ada.delete(&format!("/questions/{gone}")).await.is(204);
    town.settle().await;

    let visitor = town.visitor();
    let index = visitor.get("//sitemap.xml").await.is(200);
    assert_eq!(index.header("content-type"), Some("application/xml"));
    let mut addresses = Vec::new();
    for part in texts(&index, "loc") {
        let path = part.strip_prefix(ADDRESS).unwrap();
        addresses.extend(texts(&visitor.get(&format!("/{path}")).await.is(200), "loc"));
    }
    for path in [
        "/".to_owned(),
        "/tags/general".to_owned(),
        "/groups/home-baristas".to_owned(),
        format!("/questions/{question}/where-do-beans-come-from"),
        format!("/questions/{in_group}/how-fine-should-one-grind"),
    ] {
        assert!(addresses.contains(&format!("{ADDRESS}{path}")), "{path} is not in {addresses:#?}");
        visitor.opens(&path).await.is(200);
    }
    for absent in [hidden, gone, secret] {
        assert!(!addresses.iter().any(|address| address.contains(&absent)), "{absent} is in {addresses:#?}");
    }
    visitor.get("//sitemap.xml?part=nothing").await.refused(404, "not_found");
}

#[tokio::test]
async fn feeds_and_search_bars_bear_the_communitys_name() {
    let town = Town::new().await;
    let words = json!({ "name": "Beans & Brews", "tagline": "For home baristas." });
    town.admin("boss").await.patch("/admin/settings", words).await.is(200);
    let visitor = town.visitor();
    assert_eq!(texts(&visitor.get("//feeds/questions.atom").await.is(200), "title"), ["Beans & Brews"]);
    assert_eq!(texts(&visitor.get("//feeds/questions.atom?tag=milk").await.is(200), "title"), ["Beans & Brews: milk"]);
    let search = visitor.get("//opensearch.xml").await.is(200);
    assert_eq!(
        (texts(&search, "ShortName"), texts(&search, "Description")),
        (vec!["Beans & Brews".to_owned()], vec!["For home baristas.".to_owned()])
    );
}

#[tokio::test]
async fn robots_and_search_bars_find_their_way() {
    let town = Town::new().await;
    town.visitor().get("//robots.txt").await.is(200).says(&format!("Sitemap: {ADDRESS}/sitemap.xml")).says("User-agent: *");
    let search = town.visitor().get("//opensearch.xml").await.is(200);
    assert_eq!(texts(&search, "ShortName"), ["Our community"]);
    search.says(&format!("template=\"{ADDRESS}/search?q={{searchTerms}}\""));
}
