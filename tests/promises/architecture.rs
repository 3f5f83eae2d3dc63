//! What ARCHITECTURE.md says of the sources: who imports whom, that nothing is imported in a circle, where SQL is, and
//! that rules are pure.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, File, Item, UseTree,
    visit::{self, Visit},
};

/// A module, and the top-level modules that it may name.
const MAY_USE: &[(&str, &[&str])] = &[
    ("schema", &[]),
    ("kit", &["schema"]),
    ("domain", &["kit"]),
    ("events", &["domain", "kit"]),
    ("identity", &["events", "domain", "kit", "schema"]),
    ("community", &["identity", "events", "domain", "kit", "schema"]),
    ("forum", &["identity", "events", "domain", "kit", "schema"]),
    ("loyalty", &["identity", "events", "domain", "kit", "schema"]),
    ("insight", &["identity", "events", "domain", "kit", "schema"]),
    // The pages are clients of the API, as anybody's program is.
    ("web", &["kit"]),
    // The importers stand beside it.
    ("import", &["app", "forum", "loyalty", "identity", "events", "domain", "kit", "schema"]),
];

/// Files that may hold SQL: stores, what compares and mends books, what walks personal data, and what is named for what
/// its query finds.
const WITH_SQL: &[&str] = &[
    "store",
    "checks",
    "repairs",
    "erasure",
    "expected",
    "export",
    "group_access",
    "handle",
    "ladder",
    "list",
    "member_list",
    "mention",
    "rendering",
    "revision",
    "similar",
    "standings",
    "statement",
    "view",
];
/// They write by sets what they read in files, and stand on the database itself.
const OWN_WAYS: &[&str] = &["import", "kit", "schema"];

/// Files of pure rules, besides those called `rules.rs`.
const PURE: &[&str] =
    &["transitions", "permission", "expiry", "apportion", "terms", "cap", "analysis", "dictionary", "language", "snippet"];
/// Names of what makes a time, something random or an id.
const IMPURE: &[&str] = &["now", "now_v7", "new_v4", "rng", "random", "random_token", "OsRng"];

pub(super) type Module = Vec<String>;

/// The sources, and which module names which.
pub(super) struct Sources {
    pub files: BTreeMap<Module, Source>,
}

pub(super) struct Source {
    pub path: String,
    text: String,
    pub tree: File,
}

impl Sources {
    pub fn read() -> Self {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let (mut files, mut folders) = (BTreeMap::new(), vec![src.clone()]);
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                if path.extension().is_none_or(|extension| extension != "rs") {
                    continue;
                }
                let name = path.strip_prefix(&src).unwrap().with_extension("").display().to_string();
                let mut module: Module = name.split('/').map(str::to_owned).collect();
                module.pop_if(|last| last == "mod" || last == "lib");
                let text = fs::read_to_string(&path).unwrap();
                let tree = syn::parse_file(&text).unwrap();
                if name != "main" {
                    files.insert(module, Source { path: format!("src/{name}.rs"), text, tree });
                }
            }
        }
        Self { files }
    }

    /// Which module names which others, to the depth of files: what is named through a module that only hands it on is
    /// named where it is.
    fn imports(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let named: HashMap<&Module, Named> = self.files.iter().map(|(module, source)| (module, Named::of(module, &source.tree))).collect();
        let mut imports = BTreeMap::new();
        for module in self.files.keys() {
            let found = named[module].paths.iter().map(|path| self.home(path, &named, 0));
            imports.insert(module.clone(), found.filter(|home| !home.is_empty() && home != module).collect());
        }
        imports
    }

    /// The module in which what `path` names is written.
    fn home(&self, path: &[String], named: &HashMap<&Module, Named>, hops: usize) -> Module {
        let mut module = Module::new();
        for (at, name) in path.iter().enumerate() {
            let mut deeper = module.clone();
            deeper.push(name.clone());
            if self.files.contains_key(&deeper) {
                module = deeper;
                continue;
            }
            return match named[&module].handed_on.get(name) {
                Some(whole) if hops < 9 => self.home(&[whole.as_slice(), &path[at + 1..]].concat(), named, hops + 1),
                _ => module,
            };
        }
        module
    }
}

/// What a module's text names.
#[derive(Default)]
struct Named {
    module: Module,
    /// Whole paths of its own crate.
    paths: BTreeSet<Vec<String>>,
    /// What it imports, by the name that it has here.
    known: BTreeMap<String, Vec<String>>,
    /// Of that, what others find here.
    handed_on: BTreeMap<String, Vec<String>>,
}

impl Named {
    fn of(module: &Module, tree: &File) -> Self {
        let mut named = Self { module: module.clone(), ..Self::default() };
        for item in &tree.items {
            match item {
                Item::Use(item) => named.note(&mut Vec::new(), &item.tree, !matches!(item.vis, syn::Visibility::Inherited)),
                // A child is named as it is.
                Item::Mod(item) if item.content.is_none() => {
                    let path = [module.as_slice(), &[item.ident.to_string()]].concat();
                    named.known.insert(item.ident.to_string(), path);
                }
                _ => {}
            }
        }
        named.visit_file(tree);
        named
    }

    fn note(&mut self, before: &mut Vec<String>, tree: &UseTree, is_handed_on: bool) {
        let (name, known) = match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.note(before, &path.tree, is_handed_on);
                before.pop();
                return;
            }
            UseTree::Group(group) => return group.items.iter().for_each(|tree| self.note(before, tree, is_handed_on)),
            UseTree::Name(name) => (name.ident.to_string(), name.ident.to_string()),
            UseTree::Rename(name) => (name.ident.to_string(), name.rename.to_string()),
            UseTree::Glob(_) => ("*".to_owned(), "*".to_owned()),
        };
        let mut path = before.clone();
        if name != "self" {
            path.push(name);
        }
        if let Some(whole) = self.whole(&path) {
            let known = if known == "self" { whole.last().cloned().unwrap_or_default() } else { known };
            self.paths.insert(whole.clone());
            if is_handed_on {
                self.handed_on.insert(known.clone(), whole.clone());
            }
            self.known.insert(known, whole);
        }
    }

    /// A path as seen from the crate's root; None for what is not its own.
    fn whole(&self, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        let (mut base, mut rest) = match first.as_str() {
            "crate" => (Vec::new(), rest),
            "self" => (self.module.clone(), rest),
            "super" => (self.module.clone(), path),
            name => (self.known.get(name)?.clone(), rest),
        };
        while rest.first().is_some_and(|name| name == "super") {
            base.pop();
            rest = &rest[1..];
        }
        Some([base, rest.to_vec()].concat())
    }

    fn name(&mut self, path: &[String]) {
        self.paths.extend(self.whole(path));
    }

    fn name_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if colons == 2 || path.is_empty() => path.push(ident.to_string()),
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => {
                    colons += 1;
                    continue;
                }
                other => {
                    self.name(&std::mem::take(&mut path));
                    match other {
                        TokenTree::Group(group) => self.name_tokens(group.stream()),
                        TokenTree::Ident(ident) => path.push(ident.to_string()),
                        _ => {}
                    }
                }
            }
            colons = 0;
        }
        self.name(&path);
    }
}

pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .any(|attribute| attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test")))
}

impl<'a> Visit<'a> for Named {
    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }
    fn visit_path(&mut self, path: &'a syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.len() > 1 {
            self.name(&names);
        }
        visit::visit_path(self, path);
    }
    fn visit_macro(&mut self, item: &'a syn::Macro) {
        // Generated, and a module of its own: its `super` is the file that it stands in.
        if item.path.segments.last().is_some_and(|name| name.ident == "table") {
            return;
        }
        self.name_tokens(item.tokens.clone());
        visit::visit_macro(self, item);
    }
}

/// The circles among modules, cut to so many names: each as a list of who names whom.
fn circles(imports: &BTreeMap<Module, BTreeSet<Module>>, depth: usize) -> Vec<String> {
    let cut = |module: &Module| module[..module.len().min(depth)].join("::");
    let mut drawing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, named) in imports {
        let from = cut(module);
        let to = named.iter().map(cut).filter(|to| *to != from);
        drawing.entry(from.clone()).or_default().extend(to);
    }
    // Who can be reached from whom: small enough to be walked from each.
    let reached = |from: &String| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(at) = next.pop() {
            for to in drawing.get(at).into_iter().flatten() {
                if seen.insert(to) {
                    next.push(to);
                }
            }
        }
        seen
    };
    let all: BTreeMap<&String, BTreeSet<&String>> = drawing.keys().map(|from| (from, reached(from))).collect();
    let arrows = drawing.iter().flat_map(|(from, to)| to.iter().map(move |to| (from, to)));
    arrows.filter(|(from, to)| all.get(to).is_some_and(|back| back.contains(from))).map(|(from, to)| format!("{from} -> {to}")).collect()
}

#[test]
fn siblings_never_import_each_other() {
    let imports = Sources::read().imports();
    let mut breaches = Vec::new();
    for (module, named) in &imports {
        let Some((_, allowed)) = MAY_USE.iter().find(|(top, _)| module.first().is_some_and(|first| first == top)) else { continue };
        let foreign = named.iter().filter(|named| named[0] != module[0] && !allowed.contains(&named[0].as_str()));
        breaches.extend(foreign.map(|named| format!("{} names {}", module.join("::"), named.join("::"))));
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
}

#[test]
fn nothing_is_imported_in_a_circle() {
    let imports = Sources::read().imports();
    for depth in 1..=imports.keys().map(Vec::len).max().unwrap_or_default() {
        let circles = circles(&imports, depth);
        assert!(circles.is_empty(), "at depth {depth}: {circles:#?}");
    }
}

/// The test above would see a circle, whichever way it is written.
#[test]
fn a_circle_is_seen() {
    let text = |module: &str, text: &str| {
        let module: Module = module.split("::").map(str::to_owned).collect();
        (module, Source { path: String::new(), text: text.to_owned(), tree: syn::parse_file(text).unwrap() })
    };
    let rest = "use super::post; pub fn ask() { post::store::find(); }";
    for (other, expected) in [
        ("use crate::forum::question;", true),
        ("use crate::forum::question::ask as really_ask;", true),
        ("use crate::{forum::{self}, kit}; fn f() { forum::question::ask() }", true),
        ("fn f() { super::super::question::ask() }", true),
        ("fn f() { vec![crate::forum::question::ask()]; }", true),
        ("use crate::forum::ask;", true),
        ("use crate::kit; fn f() { kit::ask() }", false),
        ("#[cfg(test)] mod tests { use crate::forum::question::ask; }", false),
    ] {
        let files = [
            (Module::new(), Source { path: String::new(), text: String::new(), tree: syn::parse_file("").unwrap() }),
            text("kit", "pub fn ask() {}"),
            text("forum", "pub mod post; pub mod question; pub use self::question::ask;"),
            text("forum::post", "pub mod store;"),
            text("forum::post::store", other),
            text("forum::question", rest),
        ];
        let imports = Sources { files: files.into() }.imports();
        assert_eq!(!circles(&imports, 2).is_empty(), expected, "{other}: {imports:?}");
    }
}

#[test]
fn sql_is_in_stores() {
    let mut breaches = Vec::new();
    for (module, source) in &Sources::read().files {
        let name = Path::new(&source.path).file_stem().unwrap().to_str().unwrap();
        let own_ways = module.first().is_some_and(|first| OWN_WAYS.contains(&first.as_str()));
        let sql = ["sql_query(", "diesel::insert_into", "diesel::update(", "diesel::delete(", "::table."];
        let found = sql.into_iter().filter(|sql| source.text.contains(sql));
        if !own_ways && !WITH_SQL.contains(&name) {
            breaches.extend(found.map(|sql| format!("{} has `{sql}`", source.path)));
        }
        if source.text.contains("statement_timeout") && source.path != "src/kit/db.rs" {
            breaches.push(format!("{} sets a time-out that its connection does not know of: db::allow does both", source.path));
        }
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
}

/// Time, randomness and ids are handed to rules, which wait for nothing.
#[test]
fn rules_are_pure() {
    struct Impure(Vec<String>);
    impl<'a> Visit<'a> for Impure {
        fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
            if !is_for_tests(&item.attrs) {
                visit::visit_item_mod(self, item);
            }
        }
        fn visit_expr_await(&mut self, _: &'a syn::ExprAwait) {
            self.0.push("waits".to_owned());
        }
        fn visit_path(&mut self, path: &'a syn::Path) {
            let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            let [.., of, last] = names.as_slice() else { return visit::visit_path(self, path) };
            if IMPURE.contains(&last.as_str()) || (of.ends_with("Id") && last == "new") || of == "diesel_async" {
                self.0.push(format!("names {}", names.join("::")));
            }
        }
        fn visit_signature(&mut self, signature: &'a syn::Signature) {
            if signature.asyncness.is_some() {
                self.0.push(format!("has async fn {}", signature.ident));
            }
            visit::visit_signature(self, signature);
        }
    }
    let mut breaches = Vec::new();
    let is_pure = |source: &&Source| {
        let name = source.path.rsplit('/').next().and_then(|file| file.strip_suffix(".rs")).unwrap_or_default();
        name == "rules" || PURE.contains(&name)
    };
    for source in Sources::read().files.values().filter(is_pure) {
        let mut impure = Impure(Vec::new());
        impure.visit_file(&source.tree);
        breaches.extend(impure.0.into_iter().map(|what| format!("{} {what}", source.path)));
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
}
