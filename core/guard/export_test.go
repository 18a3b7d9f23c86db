package guard

// LastEnvoyCert is for the fuzz target.
var LastEnvoyCert = lastEnvoyCert
