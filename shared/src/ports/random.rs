//! Randomness.

/// Makes what nobody can guess, and what is not to come together.
pub trait Random: Sync {
    /// 24 bytes for a key.
    fn key_bytes(&self) -> [u8; 24];

    /// A number from 0 to 1, to spread what would otherwise come together.
    fn fraction(&self) -> f64;

    /// A random UUID (RFC 9562, version 4) as text.
    fn uuid(&self) -> String;
}
