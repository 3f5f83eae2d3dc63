use super::*;
use crate::kit::{html, markdown};

fn read(xml: &[u8]) -> Vec<Result<Row, FileError>> {
    Rows::new("Posts.xml", "posts", xml).collect()
}

fn one<T: Record>(attributes: &str) -> Result<T, FileError> {
    let xml = format!("<posts>\n<row {attributes} />\n</posts>");
    let mut all = read(xml.as_bytes());
    assert_eq!(all.len(), 1, "{attributes}");
    all.remove(0).and_then(|row| T::read(&row))
}

#[test]
fn rows_are_read_however_they_are_written() {
    let table: [(&[u8], &[u64]); 8] = [
        (
            b"\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<posts>\r\n  <row Id=\"1\" />\r\n  <row Id=\"2\" />\r\n</posts>",
            &[3, 4],
        ),
        (b"<posts><row Id='1'/><row Id=\"2\"></row></posts>\n", &[1, 1]),
        (b"<posts>\n<!-- x -->\n<?pi?>\n<row\n Id=\"1\" />\n<row Id=\"2\" /></posts>", &[4, 6]),
        (b"<posts></posts>", &[]),
        (b"<posts />", &[]),
        (b"<posts>\n</posts>\n\n", &[]),
        (b"<posts><row /></posts>", &[1]),
        (b"\n\n<posts><row New=\"x\" /></posts>", &[3]),
    ];
    for (xml, expected) in table {
        let lines: Vec<u64> = read(xml).into_iter().map(|row| row.unwrap().line).collect();
        assert_eq!(lines, expected, "{}", String::from_utf8_lossy(xml));
    }
}

#[test]
fn bad_files_say_where_and_why() {
    let long = format!("<posts>\n<row Id=\"1\" Body=\"{}\" />\n</posts>", "x".repeat(VALUE_BYTES_MAX + 1));
    let endless = format!("<posts>\n<row Body=\"{}", "x".repeat(ROW_BYTES_MAX * 2));
    let bomb = "<!DOCTYPE posts [<!ENTITY a \"aa\"><!ENTITY b \"&a;&a;\">]>\n<posts><row Id=\"&b;\"/></posts>";
    let table: [(&[u8], u64, &str); 22] = [
        (b"", 1, "The file is empty."),
        (b"hello", 1, "This is not an XML file of a dump; it begins with `hello`."),
        (b"<users>", 1, "The file should begin with <posts>, not <users>."),
        (b"<posts>\n<row Id=\"1\" />\n", 3, "The file ends before </posts>: it is incomplete."),
        (b"<posts>\n<row Id=\"1", 2, "The XML cannot be read"),
        (b"<posts>\n<row Id=\"1\">", 2, "The file ends before </posts>: it is incomplete."),
        (b"<posts>\n</users>", 2, "The XML cannot be read"),
        (b"<posts>\n<col Id=\"1\" /></posts>", 2, "<col> is not expected here."),
        (b"<posts><row><row/></row></posts>", 1, "<row> is not expected here."),
        (b"<posts></posts><row/>", 1, "<row> is not expected here."),
        (b"<posts>text</posts>", 1, "There is text where a row should be: `text`."),
        (b"<posts><![CDATA[x]]></posts>", 1, "Only rows are expected here."),
        (b"<posts>&amp;</posts>", 1, "Only rows are expected here."),
        (b"<posts>\n<row Id=\"1\" Id=\"2\" /></posts>", 2, "An attribute cannot be read"),
        (b"<posts>\n<row Id=1 /></posts>", 2, "An attribute cannot be read"),
        (b"<posts>\n<row Id=\"&nope;\" /></posts>", 2, "Id has a reference that is not known"),
        (b"<posts>\n<row Id=\"&#0;\" /></posts>", 2, "Id has a reference that is not known"),
        (b"<posts>\n<row Id=\"\xFF\" /></posts>", 2, "Id is not UTF-8."),
        (b"\xFF\xFE<\0p\0", 1, "This is not an XML file of a dump"),
        (long.as_bytes(), 2, "Body is larger than 1 MB."),
        (endless.as_bytes(), 2, "The XML cannot be read: I/O error: a row is larger than 4 MB"),
        (bomb.as_bytes(), 1, "Document types are not accepted."),
    ];
    for (xml, line, reason) in table {
        let start = String::from_utf8_lossy(&xml[..xml.len().min(60)]);
        let errors: Vec<FileError> = read(xml).into_iter().filter_map(Result::err).collect();
        assert_eq!(errors.len(), 1, "{start}: {errors:?}");
        assert_eq!(errors[0].line, line, "{start}: {}", errors[0]);
        assert!(errors[0].reason.starts_with(reason), "{start}: {}", errors[0]);
    }
}

#[test]
fn a_bad_row_does_not_hide_the_next() {
    let rows = read(b"<posts>\n<row Id=\"&nope;\" />\n<row Id=\"2\" />\n</posts>");
    assert!(rows[0].is_err());
    assert_eq!(rows[1].as_ref().unwrap().text("Id"), Some("2"));
}

#[test]
fn values_are_unescaped_and_cleaned() {
    let rows = read(b"<posts><row Body=\"&lt;p&gt;a&#xA;&amp;amp;\x01&#x7;&#233;\xC3\xA9\" Empty=\" \" /></posts>");
    let row = rows[0].as_ref().unwrap();
    assert_eq!(row.text("Body"), Some("<p>a\n&amp;éé"));
    assert_eq!((row.text("Empty"), row.text("Missing")), (None, None));
}

const QUESTION: &str = r#"Id="1" PostTypeId="1" CreationDate="2010-08-25T19:50:51.187" Title="t""#;

#[test]
fn posts_are_typed() {
    let post: Post = one(&format!("{QUESTION} Score=\"-3\" Body=\"&lt;p&gt;\" Tags=\"&lt;a&gt;&lt;b-c&gt;\" New=\"x\"")).unwrap();
    assert_eq!((post.id, post.kind, post.score, post.line), (1, PostKind::Question, -3, 2));
    assert_eq!(post.tags, ["a", "b-c"]);
    assert_eq!(post.created_at.to_rfc3339(), "2010-08-25T19:50:51.187+00:00");
    let newer: Post = one(&format!("{QUESTION} Tags=\"|a|b-c|\"")).unwrap();
    assert_eq!(newer.tags, post.tags);
}

#[test]
fn wrong_values_are_refused_in_a_sentence() {
    let post = |attributes: &str| one::<Post>(attributes).unwrap_err().to_string();
    let table = [
        (QUESTION.replacen("Id=\"1\" ", "", 1), "Id is missing."),
        (QUESTION.replace(" Title=\"t\"", " Title=\" \""), "Title is missing."),
        (QUESTION.replace("TypeId=\"1\"", "TypeId=\"2\""), "ParentId is missing."),
        (QUESTION.replace("TypeId=\"1\"", "TypeId=\"99999\""), "PostTypeId is not a whole number in range: `99999`."),
        (QUESTION.replacen("Id=\"1\" ", "Id=\"9223372036854775808\" ", 1), "Id is not a whole number in range: `9223372036854775808`."),
        (format!("{QUESTION} Score=\"1.5\""), "Score is not a whole number in range: `1.5`."),
        (format!("{QUESTION} Score=\"2147483648\""), "Score is not a whole number in range: `2147483648`."),
        (format!("{QUESTION} ClosedDate=\"x\""), "ClosedDate is not a date: `x`."),
        (format!("{QUESTION} ClosedDate=\"2010-02-30T00:00:00.000\""), "ClosedDate is not a date: `2010-02-30T00:00:00.000`."),
        (format!("{QUESTION} ClosedDate=\"2016-12-31T23:59:60.000\""), "ClosedDate is not a date: `2016-12-31T23:59:60.000`."),
        (format!("{QUESTION} ClosedDate=\"9999-01-01T00:00:00.000\""), "ClosedDate is too far from today: `9999-01-01T00:00:00.000`."),
        (format!("{QUESTION} ClosedDate=\"0000-01-01T00:00:00.000\""), "ClosedDate is too far from today: `0000-01-01T00:00:00.000`."),
        (format!("{QUESTION} ClosedDate=\"{}\"", "9".repeat(50)), "ClosedDate is not a date: `9999999999999999999999999999999999999999…`."),
        (format!("{QUESTION} Tags=\"a b\""), "Tags are not written like `<a><b>` or `|a|b|`: `a b`."),
        (format!("{QUESTION} Tags=\"|a||b|\""), "Tags are not written like `<a><b>` or `|a|b|`: `|a||b|`."),
        (format!("{QUESTION} Tags=\"&lt;a&gt;b\""), "Tags are not written like `<a><b>` or `|a|b|`: `<a>b`."),
        (format!("{QUESTION} Tags=\"|\""), "Tags are not written like `<a><b>` or `|a|b|`: `|`."),
    ];
    for (attributes, reason) in table {
        assert_eq!(post(&attributes), format!("Posts.xml, line 2: {reason}"), "{attributes}");
    }
}

#[test]
fn the_other_tables_are_typed() {
    const BASE: &str = r#"Id="1" PostId="2" CreationDate="2010-08-25T00:00:00.000""#;
    let user: User = one(r#"Id="-1" DisplayName=" Ada " CreationDate="2010-08-25T00:00:00" Location="""#).unwrap();
    assert_eq!((user.id, user.display_name.as_str(), user.reputation, user.location), (-1, "Ada", 1, None));
    let comment: Comment = one(&format!("{BASE} Text=\"x\" UserId=\"3\"")).unwrap();
    assert_eq!((comment.post_id, comment.author_id), (2, Some(3)));
    assert!(one::<Comment>(BASE).is_err());
    for (number, kind) in
        [(1, VoteKind::Accepted), (2, VoteKind::Up), (3, VoteKind::Down), (8, VoteKind::BountyStart), (5, VoteKind::Other(5))]
    {
        assert_eq!(one::<Vote>(&format!("{BASE} VoteTypeId=\"{number}\"")).unwrap().kind, kind);
    }
    let tag: Tag = one(r#"Id="1" TagName="bug" Count="13""#).unwrap();
    assert_eq!((tag.name.as_str(), tag.posts), ("bug", 13));
    let link: PostLink = one(&format!("{BASE} RelatedPostId=\"7\" LinkTypeId=\"3\"")).unwrap();
    assert_eq!((link.related_post_id, link.kind), (7, LinkKind::Duplicate));
}

#[test]
fn a_missing_file_is_named() {
    let error = rows(Path::new("nowhere/Posts.xml")).err().unwrap();
    assert!(error.to_string().starts_with("Posts.xml, line 0: The file cannot be opened"), "{error}");
}

/// A dump of a real site, which the repository does not carry: set REGULARS_TEST_DATA to the folder above it.
#[test]
fn a_real_dump_is_read_converted_and_shown_without_losing_words() {
    let Some(data) = std::env::var_os("REGULARS_TEST_DATA") else {
        eprintln!("skipped: REGULARS_TEST_DATA does not name a folder with stackexchange-bicycles-meta");
        return;
    };
    let dump = Path::new(&data).join("stackexchange-bicycles-meta");
    fn all<T: Record>(dump: &Path) -> Vec<T> {
        records(dump).unwrap().collect::<Result<_, _>>().unwrap()
    }
    let (users, posts) = (all::<User>(&dump), all::<Post>(&dump));
    let comments = all::<Comment>(&dump);
    for comment in &comments {
        let shown = markdown::render(&comment.text, &markdown::nobody);
        assert!(shown.is_ok(), "comment on line {}: {shown:?}", comment.line);
    }
    let others = (comments.len(), all::<Vote>(&dump).len(), all::<Tag>(&dump).len(), all::<PostLink>(&dump).len());
    assert_eq!((users.len(), posts.len(), others), (2551, 1446, (2448, 5671, 94, 189)));

    let bodies = posts.iter().map(|post| (post.line, &post.body_html));
    let abouts = users.iter().filter_map(|user| Some((user.line, user.about_html.as_ref()?)));
    let mut changed = 0;
    for (line, body) in bodies.chain(abouts) {
        let source = html::to_markdown(body).unwrap_or_else(|refused| panic!("line {line}: {refused}"));
        let shown = match markdown::render(&source, &markdown::nobody) {
            Ok(shown) => shown.html,
            Err(markdown::Refused::TooManyLinks) => continue,
            Err(refused) => panic!("line {line}: {refused}"),
        };
        let (before, after) = (words(body), words(&shown));
        if before != after {
            changed += 1;
            let at = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
            let near = |words: &[String]| words[at.saturating_sub(2).min(words.len())..(at + 5).min(words.len())].join(" ");
            eprintln!("line {line}: {} | {}", near(&before), near(&after));
        }
    }
    // A description with spaces of its own loses them; bold punctuation before a letter shows its asterisks.
    assert!(changed <= 2, "words changed in {changed} bodies");
}

/// The words a reader sees, and the descriptions of images, which are shown in their place.
fn words(html: &str) -> Vec<String> {
    let mut text = String::new();
    for (at, part) in html.split('<').enumerate() {
        let (tag, after) = if at == 0 { ("", part) } else { part.split_once('>').unwrap_or(("", part)) };
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        if name == "img" {
            let value = |name| Some(tag.split_once(name)?.1.split('"').next()?).filter(|v: &&str| !v.is_empty());
            text += value("alt=\"").or(value("src=\"")).unwrap_or_default();
        } else if !["a", "em", "strong", "b", "i", "code", "del", "strike", "s", "kbd", "sup", "sub"].contains(&name) {
            text += " ";
        }
        text += after;
    }
    // Reads entities as browsers do, and writes the few that are left in one way.
    let text = ammonia::Builder::empty().clean(&text).to_string().replace("&nbsp;", " ");
    // An image without a description shows its address, or its link's.
    text.split_whitespace().filter(|word| !word.contains("://")).map(str::to_owned).collect()
}
