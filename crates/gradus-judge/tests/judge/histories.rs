//! Known histories, right and wrong, with the sentences that say why.
