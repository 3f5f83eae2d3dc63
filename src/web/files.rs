//! The files of the built app: in release builds part of the program, in debug builds read from the disk.
//!
//! Beside a file may lie the same file compressed, as `FILE.br` and `FILE.gz`.

use poem::{
    Request, Response,
    http::{HeaderValue, StatusCode, header},
};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use crate::kit::{compress, etag};

/// Finds a file by its path.
pub type Files = fn(&str) -> Option<EmbeddedFile>;

#[derive(RustEmbed)]
#[folder = "frontend/dist"]
struct Built;

/// The app that was built with this program.
pub const BUILT: Files = Built::get;

/// These have a hash of their content in their name.
const HASHED: &str = "assets/";
const TAG_BYTES: usize = 12;
/// Smallest first.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// A file as this client takes it.
pub fn answer(files: Files, path: &str, request: &Request) -> Option<Response> {
    let plain = files(path).filter(|_| path != "index.html")?;
    let mime = plain.metadata.mimetype().to_owned();
    let (coding, file) = CODINGS
        .into_iter()
        .filter(|(coding, _)| compress::accepts(request.headers(), coding))
        .find_map(|(coding, suffix)| Some((Some(coding), files(&format!("{path}{suffix}"))?)))
        .unwrap_or((None, plain));
    let caching = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
    let mut response = cached(file.data.into_owned(), &mime, caching, request);
    if let Some(coding) = coding {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Some(response)
}

/// Bytes that browsers may keep: with a tag, or 304 for who has them already.
pub fn cached(bytes: Vec<u8>, mime: &str, caching: &'static str, request: &Request) -> Response {
    let digest: String = Sha256::digest(&bytes).iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("W/\"{digest}\"");
    let known = etag::is_known(request.header(header::IF_NONE_MATCH), &tag);
    let response = Response::builder().header(header::ETAG, tag).header(header::CACHE_CONTROL, caching);
    if known {
        return response.status(StatusCode::NOT_MODIFIED).finish();
    }
    let charset = if mime.starts_with("text/") { "; charset=utf-8" } else { "" };
    response.content_type(format!("{mime}{charset}")).body(bytes)
}
