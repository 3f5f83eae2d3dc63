//! Access tokens: short-lived JWTs (RFC 9068), signed with Ed25519.

use std::collections::HashMap;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{Error, ErrorKind},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::{MemberId, SessionId};

const ISSUER: &str = "regulars";
const AUDIENCE: &str = "regulars-api";
const TOKEN_TYPE: &str = "at+jwt";
const TOKEN_CHARS_MAX: usize = 4_096;
const LEEWAY_S: u64 = 5;

/// What a token says, by the names of RFC 9068: subject, session, issuer, audience, issue and expiry in Unix seconds,
/// id.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct Claims {
    pub sub: MemberId,
    pub sid: SessionId,
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
    jti: Uuid,
}

impl Claims {
    /// From when on the token is no longer good.
    pub fn expires_at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.exp, 0).unwrap_or_default()
    }
}

/// Signs with the newest key and verifies with any.
#[derive(Clone)]
pub struct AccessTokens {
    signing: EncodingKey,
    signing_kid: String,
    verifying: HashMap<String, DecodingKey>,
    jwks: Value,
    pub ttl_s: i64,
}

impl AccessTokens {
    /// `seeds` are Ed25519 private keys, newest first; there is at least one.
    pub fn new(seeds: &[Vec<u8>], ttl_s: i64) -> anyhow::Result<Self> {
        // Installed once for the process; a second server in it finds it there.
        let _ = ED25519.install_default();
        let mut verifying = HashMap::new();
        let mut keys = Vec::new();
        let mut signing = None;
        for seed in seeds {
            let key = SigningKey::from_bytes(seed.as_slice().try_into()?);
            let x = BASE64_URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
            // RFC 7638: the hash of the key's required members in this very order.
            let kid = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)));
            keys.push(json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "alg": "EdDSA", "use": "sig" }));
            signing.get_or_insert_with(|| (EncodingKey::from_ed_der(seed), kid.clone()));
            verifying.insert(kid, DecodingKey::from_ed_components(&x)?);
        }
        let (signing, signing_kid) = signing.ok_or_else(|| anyhow::anyhow!("there is no key to sign access tokens with"))?;
        Ok(Self { signing, signing_kid, verifying, jwks: json!({ "keys": keys }), ttl_s })
    }

    /// A token for a member's session, good for the TTL from `now` on and signed with the newest key.
    pub fn issue(&self, member: MemberId, session: SessionId, now: DateTime<Utc>) -> Result<String, Error> {
        let header = Header { typ: Some(TOKEN_TYPE.to_owned()), kid: Some(self.signing_kid.clone()), ..Header::new(Algorithm::EdDSA) };
        let claims = Claims {
            sub: member,
            sid: session,
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            iat: now.timestamp(),
            exp: (now + Duration::seconds(self.ttl_s)).timestamp(),
            jti: Uuid::now_v7(),
        };
        jsonwebtoken::encode(&header, &claims, &self.signing)
    }

    /// The claims of a token of ours that is valid at `now`.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        if token.len() > TOKEN_CHARS_MAX {
            return None;
        }
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.typ.as_deref() != Some(TOKEN_TYPE) {
            return None;
        }
        let key = self.verifying.get(&header.kid?)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Ours to check, by a clock that tests may set.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &validation).ok()?.claims;
        (claims.exp + LEEWAY_S as i64 > now.timestamp()).then_some(claims)
    }

    /// The public keys (RFC 7517), for those who want to verify tokens themselves.
    pub fn jwks(&self) -> &Value {
        &self.jwks
    }
}

/// jsonwebtoken's own back ends bring RSA (RUSTSEC-2023-0071) or a long C build; Ed25519 is all we need.
static ED25519: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| match algorithm {
        Algorithm::EdDSA => {
            let seed = key.as_bytes().try_into().map_err(|_| ErrorKind::InvalidEddsaKey)?;
            Ok(Box::new(Ed25519Signer(SigningKey::from_bytes(seed))))
        }
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    },
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::EdDSA => {
            let bytes = key.try_get_as_bytes()?.try_into().map_err(|_| ErrorKind::InvalidEddsaKey)?;
            Ok(Box::new(Ed25519Verifier(VerifyingKey::from_bytes(bytes).map_err(|_| ErrorKind::InvalidEddsaKey)?)))
        }
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct Ed25519Signer(SigningKey);

impl Signer<Vec<u8>> for Ed25519Signer {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, ed25519_dalek::SignatureError> {
        Ok(self.0.try_sign(message)?.to_vec())
    }
}

impl JwtSigner for Ed25519Signer {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

struct Ed25519Verifier(VerifyingKey);

impl Verifier<Vec<u8>> for Ed25519Verifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), ed25519_dalek::SignatureError> {
        self.0.verify_strict(message, &Signature::from_slice(signature)?)
    }
}

impl JwtVerifier for Ed25519Verifier {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_valid_tokens_are_taken() {
        let tokens = AccessTokens::new(&[vec![1; 32], vec![2; 32]], 900).unwrap();
        let older = AccessTokens::new(&[vec![2; 32]], 900).unwrap();
        let stranger = AccessTokens::new(&[vec![3; 32]], 900).unwrap();
        let now = Utc::now();
        let (member, session) = (MemberId::new(), SessionId::new());
        let token = tokens.issue(member, session, now).unwrap();
        assert_eq!(tokens.verify(&token, now).unwrap().sub, member);
        assert!(tokens.verify(&older.issue(member, session, now).unwrap(), now).is_some(), "a rotated key still verifies");
        assert!(tokens.verify(&stranger.issue(member, session, now).unwrap(), now).is_none());
        assert!(tokens.verify(&token, now + Duration::seconds(906)).is_none(), "expired");
        let (head, rest) = token.split_once('.').unwrap();
        let none = BASE64_URL_SAFE_NO_PAD.encode(r#"{"typ":"at+jwt","alg":"none"}"#);
        for bad in ["", "a.b.c", &token[..token.len() - 2], &format!("{none}.{rest}"), &format!("{head}.{rest}x"), &"a".repeat(5_000)] {
            assert!(tokens.verify(bad, now).is_none(), "{bad}");
        }
    }
}
