use super::*;

#[test]
fn formatting_and_text_survive() {
    let table = [
        ("<p>a <strong>b</strong> <em>c</em></p>", "a **b** *c*"),
        ("<h2>a</h2><p>b</p>", "## a\n\nb"),
        ("<p>a<br>b</p>", "a\\\nb"),
        ("<p>a<br />\n- b<br>\n1) c<br> 2. d</p>", "a\\\n\\- b\\\n1\\) c\\\n2\\. d"),
        ("<p>a<br></p><p>b</p>", "a\n\nb"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "* a\n  * b\n* c"),
        ("<ol start=\"3\"><li>a</li><li><p>b</p><p>c</p></li></ol>", "3. a\n4. b\n\n   c"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n> \n> b"),
        ("<pre><code>a ~ &amp;lt; `b`\n- c\n</code></pre>", "```\na ~ &lt; `b`\n- c\n```"),
        ("<pre class=\"lang-js\"><code class=\"language-js\">```\n</code></pre>", "````js\n```\n````"),
        ("<p><code>a`b</code> <code>&lt;b&gt; &amp;amp;</code></p>", "``a`b`` `<b> &amp;`"),
        ("<p><kbd>Ctrl</kbd>+<kbd>C</kbd></p>", "`Ctrl`+`C`"),
        ("<p>x<sup>2</sup> H<sub>2</sub>O 5<sup>th</sup></p>", "x² H₂O 5th"),
        ("<p><s>a</s> <del>b</del></p>", "~~a~~ ~~b~~"),
        ("<p>snake_case_name *not* ~~not~~ [x]</p>", "snake\\_case\\_name \\*not\\* \\~\\~not\\~\\~ \\[x\\]"),
        ("<p>&lt;b&gt; &amp;lt; AT&amp;T a &amp; b</p>", "\\<b> \\&lt; AT&T a & b"),
        ("<p># a</p><p>---</p><p>&gt; q</p>", "\\# a\n\n\\---\n\n\\> q"),
        ("<p><a href=\"https://a.org/~b_c\" title=\"t\">x_y</a></p>", "[x\\_y](https://a.org/~b_c \"t\")"),
        ("<p><img src=\"https://a.org/~i.png\" alt=\"x\"></p>", "![x](https://a.org/~i.png)"),
        (
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1<br>2</td><td>x|y</td></tr></tbody></table>",
            "| a    | b   |\n| ---- | --- |\n| 1  2 | x\\|y |",
        ),
        ("<h2>a<br>b</h2>", "## a b"),
        ("<p>a<br><br></p><p><s>b<br></s></p>", "a\n\n\n~~b~~"),
        ("<p><kbd><a href=\"https://a.org\">a</a></kbd></p>", "[a](https://a.org)"),
        ("<a href=\"https://a.org\"><a href=\"https://b.org\">b</a></a>", "[b](https://b.org)"),
        ("<ul><li>a</li></ul>\n - b<hr>\n - c", "* a\n\n\\- b\n\n* * *\n\n\\- c"),
        ("<script>alert(1)</script><style>p{}</style>", ""),
        ("a\0b\u{FDD0}c", "abc"),
        ("", ""),
    ];
    for (html, expected) in table {
        assert_eq!(to_markdown(html).unwrap(), expected, "{html}");
    }
}

#[test]
fn deep_html_is_refused_before_it_is_parsed() {
    let table = [
        ("<div>".repeat(200), 200),
        ("<div>".repeat(201), 201),
        ("<div></div>".repeat(500), 1),
        ("<p>a<li>b<td>c".repeat(500), 0),
        ("<br><hr/><img src=\"a\">".repeat(500), 0),
        ("<!-- <b> --><b></b>".repeat(500), 1),
        ("<a title=\"</a>\">".repeat(300), 300),
        ("<a title='>'></a>".repeat(300), 1),
        ("<a href=x></a>".repeat(300), 300),
        ("<div></x>".repeat(300), 300),
        ("<b><i></b></i>".repeat(300), 301),
        ("<div a\"></div>".repeat(300), 300),
        ("<!--><div></div>".repeat(300), 300),
        ("<!--<div></div>--!>".repeat(300), 300),
        ("<!x <div></div>".repeat(300), 300),
        ("<svg><div></div>".repeat(150), 300),
        ("b < c <3 < ".repeat(300), 0),
        ("<DIV></div>".repeat(300), 1),
    ];
    for (html, expected) in table {
        assert_eq!(depth(&html), expected, "{}", &html[..20.min(html.len())]);
        assert_eq!(to_markdown(&html).err(), (expected > DEPTH_MAX).then_some(Refused::TooDeep));
    }
    assert_eq!(to_markdown(&"a".repeat(SOURCE_BYTES_MAX + 1)), Err(Refused::TooLarge));
}

/// On a small stack and to the end, whatever the nesting that the limit lets pass.
#[test]
fn the_deepest_allowed_html_is_converted() {
    for open in [
        "<div>",
        "<b>",
        "<ul><li>",
        "<ol><li>",
        "<blockquote><p>",
        "<a href=\"x\">",
        "<font a=\"1\">",
        "<span>",
        "<table><tr><td>",
        "<table><tbody><tr><td><p>",
        "<pre>",
        "<code>",
        "<del>",
        "<sup>",
        "<dl><dd>",
        "<kbd>",
    ] {
        assert!(to_markdown(&open.repeat(DEPTH_MAX)).is_ok(), "{open}");
        assert!(to_markdown(&open.repeat(DEPTH_ANY_STACK)).is_ok(), "{open}");
        assert!(to_markdown(&format!("{}text", open.repeat(DEPTH_MAX))).is_ok(), "{open}");
    }
    for pattern in ["<", "<p", "<p>", "&", "&lt;", "<!--", "<br>", "<br>\n", "</div>", "\n", "<li>", "~", "- ", "1) ", "<td>x"] {
        let _ = to_markdown(&pattern.repeat(SOURCE_BYTES_MAX / pattern.len()));
    }
}
