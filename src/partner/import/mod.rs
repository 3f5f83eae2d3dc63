//! Bringing another system's members, posts and purchases in: readers only, no database.

pub mod dump;
pub mod purchase_csv;

fn quoted(text: &str) -> String {
    format!("`{}`", shortened(text))
}

/// Fit for one line of a message, whatever the file says.
fn shortened(text: &str) -> String {
    let mut short: String = text.chars().filter(|c| !c.is_control()).take(41).collect();
    if short.chars().count() > 40 {
        short.pop();
        short.push('…');
    }
    short
}
