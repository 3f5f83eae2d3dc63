//! Every public function and type says what it is: there is a docstring, and it can be read by itself.

use syn::{
    Attribute, Expr, ExprLit, File, Ident, Item, Lit, Meta, Token, Type, Visibility,
    parse::{ParseStream, Parser},
    visit::{self, Visit},
};

use super::architecture::{Sources, is_for_tests};

const WORDS_MIN: usize = 3;

/// What a docstring says, its lines joined.
fn doc(attributes: &[Attribute]) -> String {
    let line = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    };
    attributes.iter().filter_map(line).collect::<Vec<_>>().join(" ")
}

/// The docstring of a new type would become the title of each of its schemas: a comment says what it is.
fn is_new_type(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("derive") => list.tokens.to_string().split([',', ' ']).any(|name| name == "NewType"),
        _ => false,
    })
}

/// Public items that do not say what they are.
#[derive(Default)]
struct Undocumented {
    /// Whose methods are looked at.
    owner: Option<String>,
    found: Vec<String>,
}

impl Undocumented {
    fn of(tree: &File) -> Vec<String> {
        let mut undocumented = Self::default();
        undocumented.visit_file(tree);
        undocumented.found
    }

    fn look(&mut self, name: &Ident, attributes: &[Attribute]) {
        let doc = doc(attributes);
        let leans_on_another = ["The same", "And"].iter().any(|start| {
            doc.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)) // "Android" leans on nothing
        });
        if (doc.split_whitespace().count() < WORDS_MIN || leans_on_another) && !is_new_type(attributes) {
            let owner = self.owner.iter().map(|owner| format!("{owner}::")).collect::<String>();
            self.found.push(format!("{owner}{name}: {doc:?}"));
        }
    }

    fn look_if_public(&mut self, visibility: &Visibility, name: &Ident, attributes: &[Attribute]) {
        if !matches!(visibility, Visibility::Inherited) {
            self.look(name, attributes);
        }
    }

    fn within(&mut self, owner: Option<String>, look: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.owner, owner);
        look(self);
        self.owner = outer;
    }
}

impl<'a> Visit<'a> for Undocumented {
    fn visit_item(&mut self, item: &'a Item) {
        match item {
            Item::Mod(item) if is_for_tests(&item.attrs) => return,
            Item::Fn(item) => self.look_if_public(&item.vis, &item.sig.ident, &item.attrs),
            Item::Struct(item) => self.look_if_public(&item.vis, &item.ident, &item.attrs),
            Item::Enum(item) => self.look_if_public(&item.vis, &item.ident, &item.attrs),
            Item::Trait(item) => self.look_if_public(&item.vis, &item.ident, &item.attrs),
            Item::Type(item) => self.look_if_public(&item.vis, &item.ident, &item.attrs),
            Item::Const(item) => self.look_if_public(&item.vis, &item.ident, &item.attrs),
            Item::Static(item) => self.look_if_public(&item.vis, &item.ident, &item.attrs),
            Item::Macro(item) => match &item.ident {
                Some(name) => self.look(name, &item.attrs),
                // `text_enum!`, `refusals!`: what they declare begins as any enum does.
                None => {
                    let declared = |input: ParseStream| {
                        let attributes = input.call(Attribute::parse_outer)?;
                        let visibility: Visibility = input.parse()?;
                        input.parse::<Token![enum]>()?;
                        let name: Ident = input.parse()?;
                        input.parse::<proc_macro2::TokenStream>()?;
                        Ok((visibility, name, attributes))
                    };
                    if let Ok((visibility, name, attributes)) = declared.parse2(item.mac.tokens.clone()) {
                        self.look_if_public(&visibility, &name, &attributes);
                    }
                }
            },
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_item_impl(&mut self, item: &'a syn::ItemImpl) {
        let owner = match &*item.self_ty {
            Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
            _ => None,
        };
        self.within(owner, |within| visit::visit_item_impl(within, item));
    }

    fn visit_item_trait(&mut self, item: &'a syn::ItemTrait) {
        self.within(Some(item.ident.to_string()), |within| visit::visit_item_trait(within, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.look_if_public(&item.vis, &item.sig.ident, &item.attrs);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_impl_item_const(&mut self, item: &'a syn::ImplItemConst) {
        self.look_if_public(&item.vis, &item.ident, &item.attrs);
    }

    fn visit_trait_item_fn(&mut self, item: &'a syn::TraitItemFn) {
        self.look(&item.sig.ident, &item.attrs);
    }
}

#[test]
fn everything_public_says_what_it_is() {
    let sources = Sources::read();
    // The schema is what `diesel print-schema` writes.
    let ours = sources.files.iter().filter(|(module, _)| module.first().is_none_or(|top| top != "schema"));
    let undocumented: Vec<String> =
        ours.flat_map(|(_, source)| Undocumented::of(&source.tree).into_iter().map(|name| format!("{} {name}", source.path))).collect();
    assert!(undocumented.is_empty(), "{undocumented:#?}");
}

/// The test above would see each of these, and none of the others.
#[test]
fn what_does_not_say_what_it_is_is_named() {
    let planted = r#"
        pub fn silent() {}
        /// Too short.
        pub struct Short;
        /// The same, but locked until the end of the transaction.
        pub(crate) async fn lock() {}
        /// And moves them back where they were.
        pub const BACK: u8 = 1;
        pub mod inner {
            #[derive(Debug)]
            pub enum Deep { Case }
        }
        impl Short {
            pub fn new() -> Self { Self }
        }
        /// What can be weighed by anybody.
        pub trait Weighed {
            fn weight(&self) -> u64;
        }
        text_enum! { pub enum Word { Case = "case" } }
        refusals! { pub enum Refusal { Late = CONFLICT "late" "This is too late." } }
        macro_rules! columns { () => { "id" } }

        fn private() {}
        /// Android and the same phones are counted.
        pub type Phones = u64;
        text_enum! {
            /// What is counted here.
            pub enum Counted { Case = "case" }
        }
        // A text of a request. (No doc comment.)
        #[derive(NewType, Clone)]
        pub struct Name(pub String);
        impl From<u8> for Short { fn from(_: u8) -> Self { Self } }
        #[cfg(test)]
        mod tests { pub fn helps() {} }
    "#;
    let found = Undocumented::of(&syn::parse_file(planted).unwrap());
    let names: Vec<&str> = found.iter().map(|found| found.split(": ").next().unwrap()).collect();
    assert_eq!(names, ["silent", "Short", "lock", "BACK", "Deep", "Short::new", "Weighed::weight", "Word", "Refusal", "columns"]);
}
