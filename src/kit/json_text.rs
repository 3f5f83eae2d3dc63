//! JSON that is written once, where poem-openapi's own payload makes a tree of values first and whoever wants a tag of it another.

use std::marker::PhantomData;

use poem::{IntoResponse, Response, http::header};
use poem_openapi::{
    payload::{Json, Payload},
    registry::{MetaSchemaRef, Registry},
    types::{ToJSON, Type},
};

/// The JSON of a `T`, as it is sent.
pub struct JsonText<T> {
    text: String,
    view: PhantomData<fn() -> T>,
}

impl<T: ToJSON> JsonText<T> {
    /// Writes the view.
    pub fn of(view: &T) -> Self {
        Self { text: view.to_json_string(), view: PhantomData }
    }

    /// As it is sent.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<T: Type> Payload for JsonText<T> {
    const CONTENT_TYPE: &'static str = <Json<T> as Payload>::CONTENT_TYPE;

    fn check_content_type(content_type: &str) -> bool {
        <Json<T> as Payload>::check_content_type(content_type)
    }

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: Send> IntoResponse for JsonText<T> {
    fn into_response(self) -> Response {
        Response::builder().header(header::CONTENT_TYPE, "application/json; charset=utf-8").body(self.text)
    }
}
