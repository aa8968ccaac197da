//! The demo: one call, played through a stack of its own, with a partner beside it, and told as a
//! timeline. It fails unless every tag is as the spec says.
