package core

// checkKeySource reports contracts and options that do not go with the presence or the absence of a key source.
func (v *Verifier) checkKeySource(o *verifierOptions) {
	given := o.engine.source != nil
	for _, e := range v.engines {
		switch {
		case e.rules.ExternalKeys && !given:
			o.faults.missing("WithKeySource", "the contract of %s has ExternalKeys: give NewVerifier the source of its keys",
				e.expectedIssuers())
		case given && !e.remote():
			o.faults.conflict("WithKeySource", "", "the contract of %s has keys or a secret of its own, which a source would replace",
				e.expectedIssuers())
		}
	}
	if given && (len(v.engines) > 1 || o.resolver != nil) {
		// Every contract would accept every key of the source: one issuer could sign for another.
		o.faults.conflict("WithKeySource", "", "goes with exactly one contract and no resolver: make a verifier for each issuer")
	}
}
