use super::*;

/// Everybody is a member, but for `nobody-here` and `media`.
fn render(markdown: &str) -> Result<Rendered, Refused> {
    super::render(markdown, &|name| (!["nobody-here", "media"].contains(&name)).then(|| name.to_lowercase()))
}

fn html(markdown: &str) -> String {
    render(markdown).expect(markdown).html
}

#[test]
fn each_kind_of_formatting_comes_out_as_expected() {
    const REL: &str = r#"rel="nofollow ugc noopener noreferrer""#;
    let table = [
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>\n".to_owned()),
        ("# a\n\n###### b", "<h2>a</h2>\n<h6>b</h6>\n".into()),
        ("3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n".into()),
        ("> a\n\n---", "<blockquote>\n<p>a</p>\n</blockquote>\n<hr>\n".into()),
        ("a  \nb", "<p>a<br>\nb</p>\n".into()),
        ("```rust,ignore\na < b\n```", "<pre><code class=\"language-rust\">a &lt; b\n</code></pre>\n".into()),
        ("```c++\na\n```", "<pre><code class=\"language-c++\">a\n</code></pre>\n".into()),
        ("```\"onload=x\na\n```", "<pre><code>a\n</code></pre>\n".into()),
        ("    @ada https://a.org", "<pre><code>@ada https://a.org</code></pre>\n".into()),
        ("`@ada https://a.org`", "<p><code>@ada https://a.org</code></p>\n".into()),
        ("[a](https://a.org \"t\")", format!("<p><a href=\"https://a.org\" title=\"t\" {REL}>a</a></p>\n")),
        ("[a](/questions/1)", format!("<p><a href=\"/questions/1\" {REL}>a</a></p>\n")),
        ("[a](mailto:b@c.org?bcc=d@e.org)", format!("<p><a href=\"mailto:b@c.org\" {REL}>a</a></p>\n")),
        ("<b@c.org>", format!("<p><a href=\"mailto:b@c.org\" {REL}>b@c.org</a></p>\n")),
        ("<https://a.org>", format!("<p><a href=\"https://a.org\" {REL}>https://a.org</a></p>\n")),
        ("at https://a.org/x_y_z.", format!("<p>at <a href=\"https://a.org/x_y_z\" {REL}>https://a.org/x_y_z</a>.</p>\n")),
        ("hi @ada!", format!("<p>hi <a href=\"/members/ada\" {REL}>@ada</a>!</p>\n")),
        ("hi @ADA!", format!("<p>hi <a href=\"/members/ada\" {REL}>@ada</a>!</p>\n")),
        ("@media (min-width: 9em), @nobody-here", "<p>@media (min-width: 9em), @nobody-here</p>\n".into()),
        ("[@ada https://b.org](https://a.org)", format!("<p><a href=\"https://a.org\" {REL}>@ada https://b.org</a></p>\n")),
        ("![alt](https://a.org/i.png)", format!("<p><a href=\"https://a.org/i.png\" {REL}>alt</a></p>\n")),
        ("![](https://a.org/i.png)", format!("<p><a href=\"https://a.org/i.png\" {REL}>https://a.org/i.png</a></p>\n")),
        ("[![alt](https://a.org/i.png)](https://b.org)", format!("<p><a href=\"https://b.org\" {REL}>alt</a></p>\n")),
        ("![x [y](https://b.org) z](https://a.org)", format!("<p><a href=\"https://a.org\" {REL}>x y z</a></p>\n")),
        ("a <kbd>b</kbd>", "<p>a &lt;kbd&gt;b&lt;/kbd&gt;</p>\n".into()),
        ("a\0b", "<p>ab</p>\n".into()),
        ("", String::new()),
    ];
    for (markdown, expected) in table {
        assert_eq!(html(markdown), expected, "{markdown}");
    }
}

#[test]
fn tables_keep_their_alignment_and_tasks_their_boxes() {
    let table = html("|a|b|\n|:-:|--:|\n|1|2|");
    assert!(table.contains("<th style=\"text-align:center\">a</th>"), "{table}");
    assert!(table.contains("<td style=\"text-align:right\">2</td>"), "{table}");
    let tasks = html("- [x] done\n- [ ] open");
    assert_eq!(tasks.matches("type=\"checkbox\"").count(), 2, "{tasks}");
    assert_eq!(tasks.matches("disabled=\"\"").count(), 2, "{tasks}");
    assert_eq!(tasks.matches("checked=\"\"").count(), 1, "{tasks}");
}

#[test]
fn counts_links_and_names_who_was_mentioned() {
    let rendered = render("@Ada @bob @ADA [a](https://a.org) https://b.org ![c](https://c.org) [d](javascript:x) `@no`").unwrap();
    assert_eq!(rendered.links, 3);
    assert_eq!(rendered.mentions, ["ada", "bob"]);
}

#[test]
fn the_excerpt_is_short_and_plain() {
    let table = [
        ("# Title\n\nSome *bold* [link](https://a.org) and `code`", "Title Some bold link and code".to_owned()),
        ("- a\n- b\n\n|x|y|\n|-|-|\n|1|2|", "a b x y 1 2".into()),
        ("a\u{202E}b\u{1}c", "abc".into()),
        ("![only alt](https://a.org)", "only alt".into()),
    ];
    for (markdown, expected) in table {
        assert_eq!(render(markdown).unwrap().text_start, expected, "{markdown}");
    }
    for (length, cut) in [(199, false), (200, false), (201, true), (5000, true)] {
        let text = render(&"é".repeat(length)).unwrap().text_start;
        assert_eq!(text.chars().count(), length.min(200), "{length}");
        assert_eq!(text.ends_with('…'), cut, "{length}");
    }
}

#[test]
fn limits_are_held_at_their_edge() {
    let link = "[a](https://a.org)\n\n";
    let table = [
        (link.repeat(LINKS_MAX), None),
        (link.repeat(LINKS_MAX + 1), Some(Refused::TooManyLinks)),
        ("https://a.org ".repeat(LINKS_MAX + 1), Some(Refused::TooManyLinks)),
        (format!("{}a", "> ".repeat(DEPTH_MAX - 1)), None),
        (format!("{}a", "> ".repeat(DEPTH_MAX)), Some(Refused::TooDeep)),
        ("a\n\n".repeat(6_000), None),
        ("a\n\n".repeat(7_000), Some(Refused::TooLarge)),
        ("@abc ".repeat(10_000), Some(Refused::TooLarge)),
        ("a".repeat(SOURCE_BYTES_MAX), None),
        ("a".repeat(SOURCE_BYTES_MAX + 1), Some(Refused::TooLarge)),
    ];
    for (markdown, refused) in table {
        let start: String = markdown.chars().take(20).collect();
        assert_eq!(render(&markdown).err(), refused, "{start} x{}", markdown.len());
    }
    assert_eq!(Refused::TooManyLinks.to_string(), "This text has more than 100 links.");
}

/// Patterns on which parsers of Markdown or HTML were slow, deep or crashed. That the test ends at all is its
/// main assertion: unguarded, some of these take minutes.
#[test]
fn hostile_patterns_are_refused_or_shown() {
    let bytes = 64 * 1024;
    let repeated = [
        "> - ",
        "> ",
        "- ",
        "1. ",
        "* - + ",
        "<ul><li>",
        "<div>",
        "<b>",
        "[^a]: > ",
        "[^",
        "[^\n",
        "[a](<b",
        "[ (](",
        "a <![CDATA[",
        "a <?",
        "a <!A",
        "!-- <",
        "<!--",
        "![a](",
        "![",
        "[",
        "]",
        "[[",
        "[](",
        "**a *b ",
        "*a",
        "a**b",
        "_a __b",
        "*_",
        "~~a~",
        "`",
        "``a`",
        "a`",
        "|",
        "|a",
        "[a]: b\n",
        "[a]:",
        "&amp;",
        "&#x41;",
        "\\",
        "<",
        "<a",
        "<a href=\"",
        "<https://a",
        "<a@b",
        "a@",
        "@abc",
        "@abc ",
        "http://",
        "http://.",
        "https://a.org/)",
        "(https://",
        "(",
        "#",
        "# a\n",
        "```\n",
        "~~~",
        "\t",
        "    a\n",
        "- a\n",
        "-\n",
        "1) a\n",
        "\r",
        "\0",
        "\u{FEFF}",
        "\u{202E}",
        "a\u{301}",
        "👩‍👩‍👧",
        "***",
        "- [ ] a\n",
        "<script>",
        "</p>",
        "\n",
        " \n",
        "<!",
        "<?",
        "x\n=\n",
        "x\n-\n",
    ];
    for pattern in repeated {
        let text = pattern.repeat(bytes / pattern.len());
        if let Ok(rendered) = render(&text) {
            assert!(rendered.html.len() <= bytes * 10, "{pattern}");
        }
    }
    let ramp = |open: &str| (1..350).map(|n| format!("a{}", open.repeat(n))).collect::<String>();
    let shaped = [
        ramp("`"),
        ramp("*"),
        ramp("_"),
        ramp("["),
        ramp("~"),
        (0..200).map(|n| format!("{}- a\n", "  ".repeat(n))).collect(),
        format!("|{}\n|{}\n{}", "a|".repeat(5_000), "-|".repeat(5_000), "|a\n".repeat(10_000)),
        format!("{}{}", "[".repeat(30_000), "](a)".repeat(8_000)),
        format!("{}a{}", "*".repeat(30_000), "*".repeat(30_000)),
        format!("{}\n\n[a]: /b", "[a]".repeat(20_000)),
        (0..5_000).map(|n| format!("[{n}]: /{n}\n")).collect(),
    ];
    for text in shaped {
        let _ = render(&text);
    }
    for deep in ["> - ", "> ", "* + ", "1. "] {
        assert_eq!(render(&deep.repeat(bytes / deep.len())).err(), Some(Refused::TooDeep), "{deep}");
    }
}

/// Every tag and attribute in rendered HTML, read back without a parser: sanitised text has no bare `<`.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).map(|rest| rest.split_once('>').expect("a tag ends").0)
}

#[test]
fn nothing_that_runs_or_loads_survives() {
    let corpus = [
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](java&#9;script:alert(1))",
        "[a](java\tscript:alert(1))",
        "[a](<java\u{1}script:alert(1)>)",
        "[a](&#106;avascript:alert(1))",
        "[a](&#x6A&#x61;vascript:alert(1))",
        "[a](vbscript:msgbox)",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](data:image/svg+xml,<svg onload=alert(1)>)",
        "<javascript:alert(1)>",
        "<data:text/html,x>",
        "[a]\n\n[a]: javascript:alert(1)",
        "[a][b]\n\n[b]: <javascript:alert(1)>",
        "[a](javascript&colon;alert(1))",
        "[a](  javascript:alert(1))",
        "[a](\u{a0}javascript:alert(1))",
        "[a](file:///etc/passwd)",
        "[a](//evil.example)",
        "[a](/\\evil.example)",
        "[a](</&#9;/evil.example>)",
        "[a](\\\\evil.example)",
        "[a](https:evil)",
        "![a](javascript:alert(1))",
        "![a](data:image/png;base64,AA==)",
        "![](http://169.254.169.254/)",
        "![](/api/v1/logout)",
        "![a\" onerror=\"alert(1)](https://a.org/x.png)",
        "![a](https://a.org/x.png\"onerror=\"alert(1))",
        "[a](https://a.org \"onmouseover=alert(1) x=\")",
        "[a](https://a.org '\"><script>alert(1)</script>')",
        "[a](https://a.org/\"><script>alert(1)</script>)",
        "https://a.org/\"onmouseover=\"alert(1)",
        "https://a.org/'onmouseover='alert(1)",
        "<https://a.org/\"onclick=alert(1)>",
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<img src=x onerror=alert(1)>",
        "<img src=\"x` `<script>alert(1)</script>\"` `>",
        "<svg onload=alert(1)>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<math><annotation-xml encoding=\"text/html\"><iframe src=javascript:alert(1)>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<form action=/redeem><input type=submit>",
        "<details open ontoggle=alert(1)>",
        "<a id=config href=x>",
        "<p id=config name=config>",
        "<div style=\"position:fixed;inset:0\">x</div>",
        "<iframe srcdoc=\"<script>alert(1)</script>\">",
        "<object data=x>",
        "<embed src=x>",
        "<base href=//evil.example>",
        "<meta http-equiv=refresh content=0>",
        "<link rel=stylesheet href=x>",
        "<style>*{color:red}</style>",
        "<template><script>alert(1)</script></template>",
        "<!--><script>alert(1)</script>-->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<?php echo 1 ?>",
        "<!DOCTYPE html><script>alert(1)</script>",
        "<body onload=alert(1)>",
        "<video><source onerror=alert(1)>",
        "<marquee onstart=alert(1)>",
        "<input autofocus onfocus=alert(1)>",
        "<select><template><script>alert(1)</script>",
        "```\"><script>alert(1)</script>\nx\n```",
        "```js\" onclick=\"alert(1)\nx\n```",
        "``` \u{b}onclick=alert(1)\nx\n```",
        "`</code><script>alert(1)</script>`",
        "    </code></pre><script>alert(1)</script>",
        "# <script>alert(1)</script>",
        "|<script>alert(1)</script>|\n|-|\n|<img src=x onerror=alert(1)>|",
        "- [x] <input onfocus=alert(1)>",
        "~~<script>~~",
        "\\<script>alert(1)</script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "@ada\"onclick=alert(1)",
        "@<script>",
        "*<a href=\"javascript:alert(1)\">x</a>*",
        "[<img src=x onerror=alert(1)>](https://a.org)",
        "<https://a.org/<script>alert(1)</script>>",
        "[a]: https://a.org \"<script>\"\n\n[a]",
        "<x\nonclick=alert(1)\n>y",
        "<a href=\"\u{2028}javascript:alert(1)\">",
    ];
    let allowed = [
        "p",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "code",
        "em",
        "strong",
        "del",
        "ul",
        "ol",
        "li",
        "a",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "hr",
        "br",
        "input",
    ];
    for markdown in corpus {
        let html = html(markdown);
        for tag in tags(&html) {
            let name = tag.trim_start_matches('/').split(' ').next().unwrap();
            assert!(allowed.contains(&name), "{markdown} -> {html}");
            // Outside quoted values only these attributes may stand.
            for (n, part) in tag[name.len().min(tag.len())..].split('"').enumerate() {
                let attribute = part.trim().trim_end_matches('=');
                let known = ["", "href", "title", "rel", "start", "class", "style", "type", "disabled", "checked"];
                assert!(n % 2 == 1 || tag.starts_with('/') || known.contains(&attribute), "{markdown} -> {html}");
            }
            if let Some(dest) = tag.split_once("href=\"").map(|(_, d)| d.to_ascii_lowercase()) {
                let leads_on = ["http://", "https://", "mailto:", "/"].iter().any(|s| dest.starts_with(s));
                assert!(leads_on && !dest.starts_with("//") && !dest.starts_with("/\\"), "{markdown} -> {html}");
            }
        }
    }
}

/// The second wall must hold without the first: what the sanitiser alone makes of raw HTML.
#[test]
fn the_sanitiser_alone_keeps_only_our_own_tags() {
    let table = [
        ("<a href=javascript:x>a</a>", "<a rel=\"nofollow ugc noopener noreferrer\">a</a>"),
        ("<img src=x onerror=y>", ""),
        ("<p onclick=x id=y class=z style=position:fixed>a</p>", "<p>a</p>"),
        ("<td style=\"text-align: left; position: fixed\">a", "a"),
        ("<code class=\"language-js\">a</code>", "<code class=\"language-js\">a</code>"),
        ("<code class=\"language-js evil\">a</code>", "<code>a</code>"),
        ("<svg><style><a title=\"</style><img src=x onerror=y>\">", ""),
    ];
    for (raw, expected) in table {
        assert_eq!(SANITISER.clean(raw).to_string(), expected, "{raw}");
    }
    assert!(SANITISER.clean("<input type=submit onfocus=x>").to_string().contains("type=\"checkbox\""));
}
