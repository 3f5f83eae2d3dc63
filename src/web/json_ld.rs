//! What search engines read of a question (schema.org's QAPage).

use serde_json::{Map, Value, json};

use super::{
    site::Site,
    view::{Answer, Author, Listed, Question},
};

/// Absent while there is no answer, for then it is no page of questions and answers.
pub fn question(site: &Site, question: &Question, answers: &Listed<Answer>) -> Option<Value> {
    if answers.items.is_empty() {
        return None;
    }
    let url = site.address(&question.path());
    let author = |author: &Author| json!({ "@type": "Person", "name": author.display_name, "url": site.address(&author.path()) });
    let answer = |answer: &Answer| {
        json!({
            "@type": "Answer",
            "text": answer.body_html,
            "url": format!("{url}#a-{}", answer.id),
            "upvoteCount": answer.score,
            "datePublished": answer.created_at,
            "author": author(&answer.author),
        })
    };
    let (accepted, suggested): (Vec<_>, Vec<_>) = answers.items.iter().partition(|answer| answer.accepted);
    let mut entity = Map::from_iter([
        ("@type".to_owned(), json!("Question")),
        ("name".to_owned(), json!(question.title)),
        ("text".to_owned(), json!(question.body_html)),
        ("url".to_owned(), json!(url)),
        ("answerCount".to_owned(), json!(question.answer_count)),
        ("upvoteCount".to_owned(), json!(question.score)),
        ("datePublished".to_owned(), json!(question.created_at)),
        ("author".to_owned(), author(&question.author)),
    ]);
    if let Some(accepted) = accepted.first() {
        entity.insert("acceptedAnswer".to_owned(), answer(accepted));
    }
    if !suggested.is_empty() {
        entity.insert("suggestedAnswer".to_owned(), suggested.into_iter().map(answer).collect());
    }
    Some(json!({ "@context": "https://schema.org", "@type": "QAPage", "mainEntity": entity }))
}
