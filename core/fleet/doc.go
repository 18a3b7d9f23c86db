// Package fleet lets the replicas of a service share revocations: a user who is signed out on one replica is signed out
// on all of them, although a JWT is valid until it expires.
//
// The replicas share one [Log]: [MemoryLog] for one process, [FileLog] for one machine, module redisauth for many. Each
// replica reads it and keeps an exact table in memory, so a request costs a few nanoseconds and no network:
//
//	log, err := fleet.NewFileLog("/var/lib/myservice/revocations", 24*time.Hour)
//	...
//	revocations, err := fleet.Open(ctx, log, fleet.Options{
//		Secret:    core.NewSecret(os.Getenv("FLEET_SECRET")),
//		OnFailure: fleet.FailClosed,
//	})
//	...
//	r.Use(ginauth.New(contract, revocations.Guard()))
//	...
//	err = revocations.Revoke(ctx, fleet.UserOf(session)) // or fleet.User(issuer, id), from an admin's handler
//
// # What the log holds
//
// The log holds names, not ids: a user is named by an HMAC under the fleet's secret, so a reader of the store learns
// only how many revocations there are and when they were made. Each record carries its writer, a number and a MAC over
// all of it. A record that was made without the secret is ignored. One that was changed, deleted or lost leaves a gap
// in its writer's numbers, and heartbeats carry the last number of each writer: a replica that misses records for
// longer than [Options.MaxLag] follows [Options.OnFailure]. A record that was repeated or moved changes nothing,
// because entries are only ever added: the later watermark or expiry counts.
//
// If the store has lost records, the replicas that have read them append them again automatically.
//
// # What it does not promise
//
// A revocation that [Revocations.Revoke] has confirmed is lost if the store loses it and the process that wrote it ends
// before any replica has read it, which takes milliseconds. If the whole fleet is stopped and the store is replaced by
// an older copy in the meantime, the later revocations are lost. Someone who controls the store can divide the fleet
// into parts that do not see each other's records, and a part does not notice as long as it has a replica that writes
// heartbeats: use a store that only the fleet can write to.
//
// Clocks of replicas may differ by [Options.ClockSkew].
package fleet
