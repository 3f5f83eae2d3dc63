//! Every error that leaves the server is an RFC 9457 problem; this is the only place that forms them.

use std::{any::Any, collections::HashMap, sync::OnceLock};

use poem::{
    Error, IntoResponse, Response,
    error::{MethodNotAllowedError, NotFoundError, ParseQueryError, ReadBodyError, ResponseError},
    http::{HeaderValue, StatusCode, header},
};
use poem_openapi::{
    ApiResponse, Enum, Object,
    error::{AuthorizationError, ContentTypeError, ParseMultipartError, ParseParamError, ParsePathError, ParseRequestPayloadError},
    payload::{Json, Payload},
    registry::{MetaMediaType, MetaResponse, MetaResponses, Registry},
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{sqlstate, text};

/// The media type of problems (RFC 9457, 6.1).
pub const CONTENT_TYPE: &str = "application/problem+json";
const RETRY_AFTER_S: u64 = 1;

/// Every problem status, with its meaning. An operation keeps those that it can answer.
const STATUSES: [(u16, &str); 12] = [
    (400, "The request is malformed."),
    (401, "There are no credentials, or they are not valid."),
    (403, "The caller may not do this."),
    (404, "There is no such thing, or the caller may not know of it."),
    (409, "The state does not allow this; the code says why."),
    (412, "The thing has changed since the caller saw it."),
    (413, "The body is too large."),
    (415, "The body is not JSON."),
    (422, "Understood, but refused; errors name the fields."),
    (429, "Too many requests; Retry-After says when to try again."),
    (500, "An error on our side."),
    (503, "Busy or without its database; Retry-After says when to try again."),
];

/// One field of the request that was refused.
#[derive(Object, Serialize, Clone, Debug, PartialEq)]
#[oai(skip_serializing_if_is_none)]
pub struct FieldError {
    /// JSON pointer into the body (RFC 6901), or the name of a parameter.
    pub pointer: String,
    pub code: FieldFault,
    /// What is wrong, as a sentence.
    pub detail: String,
    /// Of `length` the fewest characters, of `range` the least number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<i64>,
    /// Of `length` the most characters, of `range` the largest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<i64>,
}

/// What is wrong with a field, for programs and for pages in other languages.
#[derive(Enum, Serialize, Clone, Copy, Debug, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum FieldFault {
    /// It must be there.
    Missing,
    /// There is no such field.
    Unknown,
    /// It has too few characters, or too many.
    Length,
    /// The number is too small or too large.
    Range,
    /// What `detail` says.
    Invalid,
}

impl FieldError {
    /// The field at `pointer`, with a sentence for people.
    pub fn new(pointer: &str, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.to_owned(), code: FieldFault::Invalid, detail: detail.into(), minimum: None, maximum: None }
    }

    fn of(self, code: FieldFault) -> Self {
        Self { code, ..self }
    }

    fn between(self, code: FieldFault, minimum: i64, maximum: i64) -> Self {
        Self { code, minimum: Some(minimum), maximum: Some(maximum), ..self }
    }
}

/// Why a body could not be read. Goes with the framework's error, and is worded with it.
#[derive(Clone, Debug, PartialEq)]
pub enum Unreadable {
    /// Where it stops being JSON.
    NotJson(String),
    Fields(Vec<FieldError>),
}

/// A problem answer (RFC 9457).
#[derive(Object, Serialize, Clone, Debug, thiserror::Error)]
#[error("{status} {code}: {detail}")]
#[oai(skip_serializing_if_is_none, skip_serializing_if_is_empty)]
pub struct Problem {
    /// Identifies the kind of problem: `/problems/` and the code.
    #[serde(rename = "type")]
    #[oai(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable and machine-readable.
    pub code: String,
    /// A sentence for people.
    pub detail: String,
    /// The id under which the server's log has this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The fields that were refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[oai(default)]
    pub errors: Vec<FieldError>,
    /// Further members of this problem, such as `missing` for `insufficient_points`.
    #[serde(flatten)]
    #[oai(skip)]
    pub members: Map<String, Value>,
    #[serde(skip)]
    #[oai(skip)]
    pub retry_after_s: Option<u64>,
    /// PostgreSQL ended the transaction, because it and others waited for each other.
    #[serde(skip)]
    #[oai(skip)]
    pub is_deadlock: bool,
}

/// Declares a noun's refusals: status, stable code and sentence in one line each, and the unique keys that mean the same.
///
/// ```ignore
/// refusals! { pub enum Refusal { NameTaken = CONFLICT "tier_name_taken" "Another tier has this name." on "tier_name_key" } }
/// ```
#[macro_export]
macro_rules! refusals {
    ($(#[$meta:meta])* pub enum $name:ident { $($case:ident = $status:ident $code:literal $detail:literal $(on $($constraint:literal)+)?),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($case),+ }

        impl $name {
            /// For the catalogue of problems.
            pub const KINDS: &'static [$crate::kit::problem::ProblemKind] = &[$($crate::kit::problem::ProblemKind {
                status: poem::http::StatusCode::$status,
                code: $code,
                detail: $detail,
                constraints: &[$($($constraint),+)?],
            }),+];
        }

        impl From<$name> for $crate::kit::Problem {
            fn from(refusal: $name) -> Self {
                Self::from($name::KINDS[refusal as usize])
            }
        }
    };
}

/// What one stable code stands for. [`refusals!`](crate::refusals) declares them, `app::problems` lists them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProblemKind {
    /// The HTTP status.
    pub status: StatusCode,
    /// Stable and machine-readable.
    pub code: &'static str,
    /// A sentence for people, unless the case has one of its own.
    pub detail: &'static str,
    /// The unique keys of the database whose violation means this.
    pub constraints: &'static [&'static str],
}

refusals! {
    /// What any request may come to.
    pub enum General {
        BadRequest = BAD_REQUEST "bad_request" "The request cannot be read.",
        BadParameter = BAD_REQUEST "bad_parameter" "A parameter cannot be read.",
        BadBody = BAD_REQUEST "bad_body" "The body cannot be read.",
        Unauthorized = UNAUTHORIZED "unauthorized" "Sign in, or send an API key.",
        Forbidden = FORBIDDEN "forbidden" "You may not do this.",
        NotFound = NOT_FOUND "not_found" "There is no such thing.",
        NoSuchPath = NOT_FOUND "no_such_path" "There is nothing at this path.",
        MethodNotAllowed = METHOD_NOT_ALLOWED "method_not_allowed" "This path does not take this method.",
        AlreadyExists = CONFLICT "already_exists" "This exists already.",
        BodyTooLarge = PAYLOAD_TOO_LARGE "body_too_large" "The body is too large.",
        UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE "unsupported_media_type" "The body must be application/json.",
        InvalidFields = UNPROCESSABLE_ENTITY "invalid_fields" "Some fields cannot be accepted.",
        RateLimited = TOO_MANY_REQUESTS "rate_limited" "Too many requests; try again later.",
        Internal = INTERNAL_SERVER_ERROR "internal" "Something went wrong on our side.",
        Unavailable = SERVICE_UNAVAILABLE "unavailable" "The server is busy or its database is away; try again soon.",
    }
}

/// Which unique key means which problem.
static CONSTRAINTS: OnceLock<HashMap<&'static str, ProblemKind>> = OnceLock::new();

/// Names the problems of unique keys, once for the process: two requests that make one thing at once get the problem that
/// the later one would have got.
pub fn name_constraints(kinds: impl IntoIterator<Item = &'static ProblemKind>) {
    CONSTRAINTS.get_or_init(|| kinds.into_iter().flat_map(|kind| kind.constraints.iter().map(|constraint| (*constraint, *kind))).collect());
}

impl From<ProblemKind> for Problem {
    fn from(kind: ProblemKind) -> Self {
        Self {
            kind: format!("/problems/{}", kind.code),
            title: kind.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: kind.status.as_u16(),
            code: kind.code.to_owned(),
            detail: kind.detail.to_owned(),
            request_id: None,
            errors: Vec::new(),
            members: Map::new(),
            retry_after_s: None,
            is_deadlock: false,
        }
    }
}

impl Problem {
    /// With a sentence for the very case.
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// With a field, or header, that is refused.
    pub fn of_field(mut self, pointer: &str, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError::new(pointer, detail));
        self
    }

    /// Adds a member that programs may read.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// Adds Retry-After: at least 1 second.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds.max(1));
        self
    }

    /// 404, for what is absent and for what the caller may not know of.
    pub fn not_found(noun: &str) -> Self {
        Self::from(General::NotFound).because(format!("There is no such {noun}."))
    }

    /// 401: who is it?
    pub fn unauthorized(detail: &'static str) -> Self {
        Self::from(General::Unauthorized).because(detail)
    }

    /// 403: the caller is known, and may not.
    pub fn forbidden(detail: &'static str) -> Self {
        Self::from(General::Forbidden).because(detail)
    }

    /// 422, naming the fields.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let mut problem = Self::from(General::InvalidFields);
        problem.errors = errors;
        problem
    }

    /// 422 for a single field.
    pub fn invalid_field(pointer: &str, detail: impl Into<String>) -> Self {
        Self::from(General::InvalidFields).of_field(pointer, detail)
    }

    /// 429: another try may succeed after so many seconds.
    pub fn too_many(seconds: u64) -> Self {
        Self::from(General::RateLimited).retry_after(seconds)
    }

    /// 503: nothing has happened, and the same may succeed soon.
    pub fn unavailable() -> Self {
        Self::from(General::Unavailable).retry_after(RETRY_AFTER_S)
    }

    /// Whether a later attempt may succeed.
    pub fn may_pass(&self) -> bool {
        self.status == StatusCode::SERVICE_UNAVAILABLE.as_u16()
    }

    /// 500. The cause goes to the log, never to the caller.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        General::Internal.into()
    }

    /// The HTTP status; 500 where the number is none.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// Collects the refused fields of a request, so that a person learns of all of them at once.
#[derive(Default)]
pub struct Fields(Vec<FieldError>);

impl Fields {
    /// Refuses the field at `pointer`, with a sentence for people.
    pub fn refuse(&mut self, pointer: &str, detail: impl Into<String>) {
        self.0.push(FieldError::new(pointer, detail));
    }

    /// Refuses a request without the field at `pointer`.
    pub fn missing(&mut self, pointer: &str) {
        self.0.push(FieldError::new(pointer, "This is missing.").of(FieldFault::Missing));
    }

    /// Refuses a field that the request should not have.
    pub fn unknown(&mut self, pointer: &str) {
        self.0.push(FieldError::new(pointer, "There is no such field.").of(FieldFault::Unknown));
    }

    /// Wants `text` to have a number of characters in `range`. Space at its ends is none of the least, nor is what nobody sees.
    pub fn chars(&mut self, pointer: &str, text: &str, range: std::ops::RangeInclusive<usize>) {
        self.chars_kept(pointer, text, &text::tidy(text), range);
    }

    /// Wants `text` to have at most the end of `range`, and `kept`, which is all that is kept of it, at least its
    /// start.
    pub fn chars_kept(&mut self, pointer: &str, text: &str, kept: &str, range: std::ops::RangeInclusive<usize>) {
        if kept.chars().count() < *range.start() || text.chars().count() > *range.end() {
            let sentence = format!("This must have {} to {} characters.", range.start(), range.end());
            let number = |characters: usize| i64::try_from(characters).unwrap_or(i64::MAX);
            self.0.push(FieldError::new(pointer, sentence).between(FieldFault::Length, number(*range.start()), number(*range.end())));
        }
    }

    /// Wants `number` to lie in `range`.
    pub fn range(&mut self, pointer: &str, number: i64, range: std::ops::RangeInclusive<i64>) {
        if !range.contains(&number) {
            let sentence = format!("This must lie between {} and {}.", range.start(), range.end());
            self.0.push(FieldError::new(pointer, sentence).between(FieldFault::Range, *range.start(), *range.end()));
        }
    }

    /// 422 with all refused fields, if there are any.
    pub fn done(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::invalid(self.0)) }
    }
}

impl From<diesel::result::Error> for Problem {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind as Kind, Error::*};
        match &error {
            NotFound => Self::not_found("thing"),
            error if sqlstate::may_pass(error) => {
                tracing::warn!(%error, "the database could not serve a statement now");
                Self { is_deadlock: sqlstate::of(error) == Some(sqlstate::DEADLOCK), ..Self::unavailable() }
            }
            // A unique key that a handler did not name: two requests made the same thing at once.
            DatabaseError(Kind::UniqueViolation, about) => {
                let constraint = about.constraint_name().unwrap_or_default();
                tracing::info!(constraint, "unique violation");
                let named = CONSTRAINTS.get().and_then(|named| named.get(constraint));
                named.map_or_else(|| General::AlreadyExists.into(), |kind| Self::from(*kind))
            }
            _ => Self::internal(&error),
        }
    }
}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        Problem::status(self)
    }
    fn as_response(&self) -> Response {
        self.clone().into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = Response::builder()
            .status(status)
            .header(header::CONTENT_TYPE, CONTENT_TYPE)
            .header(header::CACHE_CONTROL, "no-store")
            .body(serde_json::to_vec(&self).unwrap_or_default());
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// The problems of every operation. `spec` takes out those that an operation cannot answer.
impl ApiResponse for Problem {
    fn meta() -> MetaResponses {
        let response = |(status, description): (u16, &'static str)| MetaResponse {
            description,
            status: Some(status),
            status_range: None,
            content: vec![MetaMediaType { content_type: CONTENT_TYPE, schema: <Json<Problem> as Payload>::schema_ref() }],
            headers: vec![],
        };
        MetaResponses { responses: STATUSES.into_iter().map(response).collect() }
    }
    fn register(registry: &mut Registry) {
        <Json<Problem> as Payload>::register(registry);
    }
}

/// Words whatever went wrong, in our own code or in the framework.
pub fn from_error(error: Error) -> Problem {
    if let Some(problem) = error.downcast_ref::<Problem>() {
        return problem.clone();
    }
    if let Some(e) = error.downcast_ref::<ParseParamError>() {
        Problem::from(General::BadParameter).of_field(e.name, sentence(&e.reason))
    } else if error.is::<ParsePathError>() {
        General::NotFound.into()
    } else if error.is::<ParseQueryError>() {
        Problem::from(General::BadParameter).because("The query string cannot be read.")
    } else if let Some(e) = error.downcast_ref::<ParseRequestPayloadError>() {
        bad_body(&e.reason, error.data())
    } else if error.is::<ParseMultipartError>() {
        Problem::from(General::BadBody).because("The form cannot be read.")
    } else if error.is::<ContentTypeError>() {
        General::UnsupportedMediaType.into()
    } else if error.is::<AuthorizationError>() {
        General::Unauthorized.into()
    } else if error.is::<NotFoundError>() {
        General::NoSuchPath.into()
    } else if error.is::<MethodNotAllowedError>() {
        General::MethodNotAllowed.into()
    } else if let Some(ReadBodyError::PayloadTooLarge) = error.downcast_ref() {
        General::BodyTooLarge.into()
    } else if error.status().is_server_error() {
        Problem::internal(&error)
    } else {
        General::BadRequest.into()
    }
}

/// By what our own look at the body found. What that does not find, poem-openapi words as
/// `failed to parse "Type": field `name` …`: keep the field, drop the type's name.
fn bad_body(reason: &str, why: Option<&Unreadable>) -> Problem {
    let mut problem = Problem::from(General::BadBody);
    match why {
        Some(Unreadable::NotJson(place)) => problem.detail = format!("The body is not JSON: {place}."),
        Some(Unreadable::Fields(errors)) => problem.errors = errors.clone(),
        None => {
            if let Some((field, rest)) = reason.split_once("field `").and_then(|(_, rest)| rest.split_once('`')) {
                let detail = rest.rsplit_once("\": ").map_or(rest, |(_, last)| last);
                problem.errors.push(FieldError::new(&format!("/{field}"), sentence(detail)));
            }
        }
    }
    problem
}

fn sentence(text: &str) -> String {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric()).trim();
    if text.is_empty() { "This cannot be read.".to_owned() } else { format!("{}.", text.trim_end_matches('.')) }
}

/// What a panic becomes.
pub fn from_panic(cause: Box<dyn Any + Send>) -> Response {
    let text = cause.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| cause.downcast_ref::<String>().cloned());
    Problem::internal(text.unwrap_or_else(|| "panic".to_owned())).into_response()
}
