// Package apikey issues a service's own API keys and accepts them:
//
//	keyring, err := apikey.New(apikey.Config{Prefix: "northwind", Store: apikey.NewSQLStore(db, apikey.SQLOptions{})})
//	if err != nil {
//		log.Fatal(err)
//	}
//	r.Use(ginauth.New(core.FirstOf(contract, keyring)))
//
//	key, secret, err := keyring.Mint(ctx, apikey.Spec{Owner: "user_42", Scopes: []string{"orders:read"}})
//	fmt.Println(secret.Reveal()) // it can be shown only now
//
// A key is text of four parts, prefix_id_secret_checksum:
//
//	northwind_KJ4DQ2XVNB7MZ3LA_…52 letters and digits…_4ZQK3WA
//
// The prefix lets secret scanners recognize keys, see [Pattern]. The id finds the record. The secret has 260 random
// bits; the store has only its SHA-256, which is enough for a secret that cannot be guessed. The checksum (CRC-32)
// detects a truncated or mistyped key without a look-up; it proves nothing.
//
// # Sessions
//
// A key becomes a [core.Session] of the kind [Kind]. Its user id is the key's owner, its scopes are the key's, and its
// claim jti is the key's id. Everything that reads sessions, policies included, works with them.
//
// # What is remembered
//
// A record is remembered for Config.MaxAge, so a key that another replica revokes is still accepted for that time. A
// key that is revoked or rotated through the same keyring is refused at once; call [Keyring.Forget] if the program
// learns of a revocation in another way.
//
// # Guessing
//
// A key with an unknown id and a key with a wrong secret are both refused with [CodeInactive], so that callers cannot
// find out which ids exist. A wrong secret for a known id costs one hash and no look-up, and never locks the key.
// Config.MaxUnknownPerSecond limits look-ups of unknown ids for each keyring, and so for each prefix.
//
// # Outages
//
// If the store fails, requests are answered with [CodeUnavailable] and status 503, except for keys that are
// remembered. After three failures in a row, the store is called only from time to time, until it works again.
//
// # Concurrency
//
// A [Keyring] is safe for concurrent use and has nothing to close. A goroutine runs only while a record is looked up
// or the last use of a key is stored.
package apikey
