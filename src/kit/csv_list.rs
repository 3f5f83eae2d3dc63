//! A list as it is asked for: a page of it as JSON, or all of it as CSV (`Accept: text/csv`).
//!
//! The CSV has a column for each field of the JSON; fields of fields are named with a dot. It is read from the database
//! batch by batch while it is sent, so its length costs no memory. Text that a spreadsheet would take for a formula gets
//! an apostrophe in front. Excel takes a file for UTF-8 by a byte order mark alone, and parts values by what is usual in
//! its country: it may ask for `text/csv; bom=true; delimiter=semicolon`.

use std::{fmt::Debug, io, marker::PhantomData, sync::Arc, time::Duration};

use futures_util::stream;
use poem::{
    Body, IntoResponse, Response,
    http::{HeaderValue, header},
    web::Accept,
};
use poem_openapi::{
    ApiResponse,
    payload::{Json, Payload},
    registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry},
    types::{ParseFromJSON, ToJSON, Type},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Kit, Problem,
    pagination::{Page, Request, Seek},
};

const CSV: &str = "text/csv";
/// Rows of one statement.
const BATCH_ROWS: usize = 500;
/// Where the database is busy while a file is half sent, it is asked again, so often and after so long, before the file
/// breaks off.
const ATTEMPTS_MAX: usize = 20;
const ATTEMPT_PAUSE: Duration = Duration::from_millis(250);

/// What a reader wants of a list.
pub struct ListRequest {
    pub cursor: Option<String>,
    pub limit: Option<usize>,
    pub accept: Accept,
}

/// A list, as it was wanted.
pub enum PageOrCsv<T: ParseFromJSON + ToJSON + Type> {
    Page(Page<T>),
    File { name: String, body: Body },
}

/// Answers `asked` of the list that the operation `name` shows with `filters`. `fetch` gets the rows of a request as
/// [`Cursors::page`](super::pagination::Cursors::page) wants them, `position` says where a row stands, `view` shows it.
pub async fn answer<K, R, T, F, Fut>(
    kit: &Kit,
    name: &str,
    filters: impl Debug,
    asked: ListRequest,
    fetch: F,
    position: impl Fn(&R) -> (K, Uuid) + Send + Sync + 'static,
    view: impl Fn(R) -> T + Send + Sync + 'static,
) -> Result<PageOrCsv<T>, Problem>
where
    K: Serialize + DeserializeOwned + Clone + Send + 'static,
    R: Send + 'static,
    T: ParseFromJSON + ToJSON + Type + 'static,
    F: Fn(Kit, Request<K>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Vec<R>, Problem>> + Send + 'static,
{
    let list = format!("{name}?{filters:?}");
    let request = kit.cursors.request(&list, asked.cursor.as_deref(), asked.limit)?;
    let Some(form) = Csv::wanted(&asked.accept) else {
        let rows = fetch(kit.clone(), request.clone()).await?;
        return Ok(PageOrCsv::Page(kit.cursors.page(&list, &request, rows, position, view)));
    };
    // Its request has been answered when most of the file is read.
    let file = File { kit: kit.in_background(), form, columns: columns::<T>(), fetch, position, view, row: PhantomData };
    let first = Request { seek: request.seek.filter(|seek| !seek.back), limit: BATCH_ROWS - 1 };
    let mut head = file.columns.iter().map(|path| path.join(".")).collect::<Vec<_>>();
    head.iter_mut().for_each(|name| *name = neutral(name));
    // What can be refused is refused before the first byte.
    let (rows, next) = file.batch(first).await?;
    let mark = if form.bom { "\u{feff}" } else { "" };
    let begin = [mark.into(), form.lines([head]).map_err(Problem::internal)?, rows].concat();
    let file = Arc::new(file);
    let stream = stream::try_unfold((Some(begin), next), move |(ready, next)| {
        let file = file.clone();
        async move {
            match (ready, next) {
                (Some(bytes), next) => Ok(Some((bytes, (None, next)))),
                (None, None) => Ok(None),
                (None, Some(request)) => match file.insist(request).await {
                    Ok((bytes, next)) => Ok(Some((bytes, (None, next)))),
                    Err(problem) => Err(io::Error::other(problem)),
                },
            }
        }
    });
    let name = format!("{}-{}.csv", name.trim_start_matches("list_").replace('_', "-"), kit.clock.now().date_naive());
    Ok(PageOrCsv::File { name, body: Body::from_bytes_stream(stream) })
}

/// A list that is being sent as CSV.
struct File<R, F, P, V> {
    kit: Kit,
    form: Csv,
    /// The way to each column's value.
    columns: Vec<Vec<&'static str>>,
    fetch: F,
    position: P,
    view: V,
    row: PhantomData<fn(R)>,
}

impl<K, R, T, F, Fut, P, V> File<R, F, P, V>
where
    K: Clone,
    T: ToJSON,
    F: Fn(Kit, Request<K>) -> Fut,
    Fut: Future<Output = Result<Vec<R>, Problem>>,
    P: Fn(&R) -> (K, Uuid),
    V: Fn(R) -> T,
{
    /// The lines of a request, and the request for those after them.
    async fn batch(&self, request: Request<K>) -> Result<(Vec<u8>, Option<Request<K>>), Problem> {
        let limit = request.limit;
        let rows = (self.fetch)(self.kit.clone(), request).await?;
        let last = rows.last().filter(|_| rows.len() > limit).map(&self.position);
        let next = last.map(|(key, id)| Request { seek: Some(Seek { key, id, back: false }), limit });
        let records = rows.into_iter().map(|row| self.record((self.view)(row)));
        Ok((self.form.lines(records).map_err(Problem::internal)?, next))
    }

    /// The lines as [`Self::batch`] has them, though the database be busy for a while.
    async fn insist(&self, request: Request<K>) -> Result<(Vec<u8>, Option<Request<K>>), Problem> {
        for _ in 1..ATTEMPTS_MAX {
            match self.batch(request.clone()).await {
                Err(problem) if problem.may_pass() => tokio::time::sleep(ATTEMPT_PAUSE).await,
                outcome => return outcome,
            }
        }
        self.batch(request).await
    }

    fn record(&self, row: T) -> Vec<String> {
        let row = row.to_json().unwrap_or_default();
        let cell = |path: &Vec<&str>| match path.iter().try_fold(&row, |value, name| value.get(name)) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => neutral(text),
            Some(value) => value.to_string(),
        };
        self.columns.iter().map(cell).collect()
    }
}

/// What a reader wants of CSV.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Csv {
    /// A byte order mark at the beginning.
    bom: bool,
    delimiter: u8,
}

impl Csv {
    /// None where JSON is wanted.
    fn wanted(accept: &Accept) -> Option<Self> {
        let known = accept.0.iter().find_map(|kind| match kind.essence_str() {
            CSV => {
                let says = |name, value: &str| kind.get_param(name).is_some_and(|said| said.as_str() == value);
                Some(Some(Self { bom: says("bom", "true"), delimiter: if says("delimiter", "semicolon") { b';' } else { b',' } }))
            }
            "application/json" | "application/*" | "*/*" => Some(None),
            _ => None,
        });
        known.flatten()
    }

    /// Records as RFC 4180 wants them.
    fn lines(self, records: impl IntoIterator<Item = Vec<String>>) -> anyhow::Result<Vec<u8>> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).delimiter(self.delimiter).from_writer(Vec::new());
        for record in records {
            writer.write_record(record)?;
        }
        Ok(writer.into_inner().map_err(csv::IntoInnerError::into_error)?)
    }
}

/// Text that no spreadsheet takes for a formula.
fn neutral(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if risky { format!("'{text}") } else { text.to_owned() }
}

/// The way to each value of `T`, as its JSON has them.
fn columns<T: Type>() -> Vec<Vec<&'static str>> {
    let mut registry = Registry::new();
    T::register(&mut registry);
    let mut columns = Vec::new();
    add_columns(&registry, &T::schema_ref(), &[], &mut columns);
    columns
}

fn add_columns(registry: &Registry, schema: &MetaSchemaRef, path: &[&'static str], columns: &mut Vec<Vec<&'static str>>) {
    let schema = match schema {
        MetaSchemaRef::Reference(name) => registry.schemas.get(name),
        MetaSchemaRef::Inline(schema) => Some(&**schema),
    };
    match schema {
        // A type, and what its field adds to it.
        Some(MetaSchema { all_of, .. }) if !all_of.is_empty() => add_columns(registry, &all_of[0], path, columns),
        Some(schema) if !schema.properties.is_empty() => {
            for (name, property) in &schema.properties {
                add_columns(registry, property, &[path, &[name]].concat(), columns);
            }
        }
        _ => columns.push(path.to_vec()),
    }
}

impl<T: ParseFromJSON + ToJSON + Type> IntoResponse for PageOrCsv<T> {
    fn into_response(self) -> Response {
        let mut response = match self {
            Self::Page(page) => Json(page).into_response(),
            Self::File { name, body } => {
                let named = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
                let mut response = Response::builder().content_type("text/csv; charset=utf-8; header=present").body(body);
                response.headers_mut().insert(header::CONTENT_DISPOSITION, named.unwrap_or(HeaderValue::from_static("attachment")));
                response
            }
        };
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
        response
    }
}

impl<T: ParseFromJSON + ToJSON + Type> ApiResponse for PageOrCsv<T> {
    fn meta() -> MetaResponses {
        let csv = MetaSchema {
            description: Some(
                "RFC 4180, with a header; with `bom=true` after a byte order mark, with `delimiter=semicolon` parted by semicolons.",
            ),
            ..MetaSchema::new("string")
        };
        let content = vec![
            MetaMediaType { content_type: "application/json", schema: <Json<Page<T>> as Payload>::schema_ref() },
            MetaMediaType { content_type: CSV, schema: MetaSchemaRef::Inline(Box::new(csv)) },
        ];
        let disposition = MetaHeader {
            name: "Content-Disposition".to_owned(),
            description: Some("The file's name, where CSV is wanted.".to_owned()),
            required: false,
            deprecated: false,
            schema: String::schema_ref(),
        };
        MetaResponses {
            responses: vec![MetaResponse {
                description: "A page as JSON, or with `Accept: text/csv` everything that the filters let through, with a column for each field. For Excel, ask for `text/csv; bom=true`, and where it parts values by semicolons for `text/csv; bom=true; delimiter=semicolon`.",
                status: Some(200),
                status_range: None,
                content,
                headers: vec![disposition],
            }],
        }
    }
    fn register(registry: &mut Registry) {
        <Json<Page<T>> as Payload>::register(registry);
    }
}

#[cfg(test)]
mod tests {
    use poem_openapi::Object;

    use super::*;

    #[derive(Object)]
    struct Inner {
        id: i32,
        name: String,
    }

    #[derive(Object)]
    #[oai(skip_serializing_if_is_none)]
    struct Row {
        /// With a description.
        inner: Inner,
        text: Option<String>,
        points: i64,
        tags: Vec<String>,
    }

    #[test]
    fn every_field_has_a_column() {
        let names: Vec<String> = columns::<Row>().iter().map(|path| path.join(".")).collect();
        assert_eq!(names, ["inner.id", "inner.name", "text", "points", "tags"]);
    }

    #[test]
    fn formulas_are_text() {
        for (text, cell) in
            [("=1+1", "'=1+1"), ("+49", "'+49"), ("-x", "'-x"), ("@a", "'@a"), ("\tx", "'\tx"), ("\rx", "'\rx"), ("a=b", "a=b"), ("", "")]
        {
            assert_eq!(neutral(text), cell, "{text:?}");
        }
        let record = || [vec!["a,b".to_owned(), "say \"hi\"".to_owned(), "two\nlines".to_owned(), "c;d".to_owned()]];
        for (delimiter, line) in
            [(b',', "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",c;d\r\n"), (b';', "a,b;\"say \"\"hi\"\"\";\"two\nlines\";\"c;d\"\r\n")]
        {
            let written = Csv { bom: false, delimiter }.lines(record()).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), line);
        }
    }

    #[test]
    fn csv_is_for_those_who_ask_for_it() {
        let csv = |bom, delimiter| Some(Csv { bom, delimiter });
        for (header, wanted) in [
            ("", None),
            ("*/*", None),
            ("text/csv", csv(false, b',')),
            ("text/html, application/json;q=0.9", None),
            ("application/json;q=0.5, text/csv", csv(false, b',')),
            ("text/csv;q=0.1, application/json", None),
            ("text/csv; bom=true", csv(true, b',')),
            ("text/csv;bom=true;delimiter=semicolon", csv(true, b';')),
            ("text/csv; bom=false; delimiter=tab", csv(false, b',')),
        ] {
            let request = poem::Request::builder().header("accept", header).finish();
            let accept = futures_util::FutureExt::now_or_never(<Accept as poem::FromRequest>::from_request_without_body(&request));
            assert_eq!(Csv::wanted(&accept.unwrap().unwrap()), wanted, "{header}");
        }
    }
}
