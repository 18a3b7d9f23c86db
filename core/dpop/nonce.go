package dpop

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

const (
	minNonceSecret  = 32
	nonceBytes      = 16
	defaultPeriod   = time.Minute
	shortestPeriod  = time.Second
	longestPeriod   = time.Hour
	nonceSkew       = 5 * time.Second // between the clocks of two servers
	nonceDerivation = "auth-go DPoP nonce v1\n"
)

// Nonces makes and checks the server's nonces (RFC 9449 §9). A nonce is the HMAC of a period of time, so nothing is
// stored: every server that has the secret accepts the nonces of all others. A nonce is valid in its period and in the
// next one. It is safe for concurrent use, and prints without its secrets.
type Nonces struct {
	period  time.Duration
	secrets func() [][]byte              // a closure, so that reflection cannot print them
	current atomic.Pointer[issuedNonces] // the nonces of the last period that was asked for
}

// issuedNonces are the nonces that are valid in one period, made with each of the secrets.
type issuedNonces struct {
	bucket int64
	issue  string
	valid  []string
}

// NewNonces returns nonces that change with every period, a minute if it is 0. Each secret has at least 32 random
// bytes. Nonces are made with the first secret and checked with all of them. To replace a secret, put the new one
// first, and remove the old one when every server has both and two more periods have passed.
func NewNonces(period time.Duration, secrets ...[]byte) (*Nonces, error) {
	if period == 0 {
		period = defaultPeriod
	}
	if period < shortestPeriod || period > longestPeriod {
		return nil, fmt.Errorf("dpop: the period of nonces is %v: it must be between %v and %v",
			period, shortestPeriod, longestPeriod)
	}
	if len(secrets) == 0 {
		return nil, errors.New("dpop: nonces need a secret of at least 32 random bytes, the same on all servers")
	}
	kept := make([][]byte, len(secrets))
	for i, s := range secrets {
		if len(s) < minNonceSecret {
			return nil, fmt.Errorf("dpop: secret %d of the nonces has %d bytes, it needs at least %d: "+
				"make it with a random generator", i+1, len(s), minNonceSecret)
		}
		kept[i] = append([]byte(nil), s...)
	}
	return &Nonces{period: period, secrets: func() [][]byte { return kept }}, nil
}

// String names the type, without the secrets.
func (n *Nonces) String() string { return "dpop.Nonces" }

// GoString is String.
func (n *Nonces) GoString() string { return n.String() }

// Issue returns the nonce for the time.
func (n *Nonces) Issue(now time.Time) string { return n.at(now).issue }

// Valid reports whether a nonce is one that was issued in this period or in the one before it.
func (n *Nonces) Valid(nonce string, now time.Time) bool {
	found := 0
	for _, v := range n.at(now).valid {
		found |= subtle.ConstantTimeCompare([]byte(v), []byte(nonce)) // no one may guess a nonce byte by byte
	}
	if ahead := n.bucket(now.Add(nonceSkew)); found == 0 && ahead != n.bucket(now) {
		// The clock of the server that issued the nonce may be ahead.
		found = subtle.ConstantTimeCompare([]byte(nonceOf(n.secrets()[0], ahead)), []byte(nonce))
	}
	return found == 1
}

// longest is how long a nonce can be valid.
func (n *Nonces) longest() time.Duration { return 2*n.period + nonceSkew }

func (n *Nonces) bucket(at time.Time) int64 { return at.UnixNano() / int64(n.period) }

func (n *Nonces) at(now time.Time) *issuedNonces {
	bucket := n.bucket(now)
	if known := n.current.Load(); known != nil && known.bucket == bucket {
		return known
	}
	secrets := n.secrets()
	made := &issuedNonces{bucket: bucket, issue: nonceOf(secrets[0], bucket)}
	for _, s := range secrets {
		made.valid = append(made.valid, nonceOf(s, bucket), nonceOf(s, bucket-1))
	}
	n.current.Store(made)
	return made
}

func nonceOf(secret []byte, bucket int64) string {
	mac := hmac.New(sha256.New, secret)
	_, _ = mac.Write([]byte(nonceDerivation)) // never fails, see hash.Hash
	number := uint64(bucket)                  //nolint:gosec // any one-to-one conversion will do
	_, _ = mac.Write(binary.BigEndian.AppendUint64(nil, number))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:nonceBytes])
}
