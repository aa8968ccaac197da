//! Filters that hash, sign or encode the UTF-8 bytes of a value.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha2::{Digest, Sha256};

use crate::secret::hex;

/// MD5 in lower-case hexadecimal: for partners who match on it, not for anything secret.
pub(super) fn md5(value: &str) -> String {
    hex(&Md5::digest(value))
}

/// SHA-256 in lower-case hexadecimal.
pub(super) fn sha256(value: &str) -> String {
    hex(&Sha256::digest(value))
}

/// Standard base64 with padding (RFC 4648, section 4).
pub(super) fn base64(value: &str) -> String {
    STANDARD.encode(value)
}

/// HMAC-SHA-256 under one key.
pub(super) struct Signer(Hmac<Sha256>);

impl Signer {
    /// Takes the bytes of the secret as the key; none when they cannot be one.
    pub(super) fn new(secret: &str) -> Option<Self> {
        Hmac::new_from_slice(secret.as_bytes()).ok().map(Self)
    }

    /// The signature in lower-case hexadecimal.
    pub(super) fn sign(&self, value: &str) -> String {
        hex(&self.0.clone().chain_update(value).finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use crate::template::filter::tests::{fault, filtered};
    use crate::template::known::Known;
    use crate::template::{Context, RenderError, Template};

    #[test]
    fn hashes_are_as_published() {
        // RFC 1321, appendix A.5.
        assert_eq!(filtered("md5", &["abc"]), "900150983cd24fb0d6963f7d28e17f72");
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            filtered("sha256", &["abc"]),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        // RFC 4648, section 10.
        assert_eq!(filtered("base64", &["foob"]), "Zm9vYg==");
        assert_eq!(filtered("sha256", &[]), "");
    }

    #[test]
    fn hmac_signs_with_the_named_secret() {
        let template = Template::parse("[x|hmac_sha256:Partner.Key]", Context::Text).unwrap();
        let known = Known::of(&[("x", &["what do ya want for nothing?"])]);
        // RFC 4231, test case 2.
        assert_eq!(
            template.render(&known.clone().with_secret("partner.key", "Jefe")).unwrap().text,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            template.render(&known),
            Err(RenderError::UnknownSecret { secret: "partner.key".to_owned() })
        );
    }

    #[test]
    fn a_secret_is_named_like_a_token() {
        for bad in ["hmac_sha256:", "hmac_sha256:1", "hmac_sha256:a b"] {
            assert_eq!(
                fault(bad),
                "character 16: the filter hmac_sha256 needs the name of a secret, \
                 as in hmac_sha256:partner",
                "{bad}"
            );
        }
    }
}
