// Package redisauth shares between replicas, through Redis (6.2 or later) or Valkey, what they must agree on:
//
//   - [Log]: revocations, for package fleet
//   - [KeyCache]: fetched key sets, for core.WithKeyCache; one replica fetches, the others wait for its result
//   - [ReplayStore]: used DPoP proofs, for package dpop
//
// A program makes one client and gives it to all three:
//
//	client, err := valkey.NewClient(redisauth.ClientOption("127.0.0.1:6379"))
//	...
//	log, err := redisauth.NewLog(client, redisauth.LogConfig{})
//	revocations, err := fleet.Open(ctx, log, fleet.Options{Secret: secret, OnFailure: fleet.FailClosed})
//	cache := revocations.KeyCache(redisauth.NewKeyCache(client, redisauth.KeyCacheConfig{}))
//	verifier, err := core.NewVerifier(contract, core.WithKeyCache(cache, secret))
//
// Configure TLS, ACL users, sentinel and cluster in the client's valkey.ClientOption. All types are safe for concurrent
// use. Errors wrap those of the client and contain no data.
package redisauth

import "github.com/valkey-io/valkey-go"

// ClientOption returns options for a client of the server at the addresses. They turn client-side caching off, which
// would take up to 128 MiB per connection and has no benefit here; use one connection with small buffers for all
// commands; and leave retries to the callers, because a client that hides an outage would keep a replica from noticing
// it. Add TLS, credentials and sentinel to the result.
func ClientOption(addresses ...string) valkey.ClientOption {
	return valkey.ClientOption{
		InitAddress:         addresses,
		DisableCache:        true,
		DisableRetry:        true,
		PipelineMultiplex:   -1,
		RingScaleEachConn:   7,
		ReadBufferEachConn:  32 << 10,
		WriteBufferEachConn: 32 << 10,
	}
}
