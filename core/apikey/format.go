package apikey

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"hash/crc32"
	"regexp"
	"strings"
)

const (
	idLength       = 16 // 80 bits
	secretLength   = 52 // 260 bits
	checksumLength = 7  // 32 bits
)

// validPrefix matches the prefixes that [Config] allows.
var validPrefix = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

const maxPrefixBytes = 32

// encoding is the base32 of RFC 4648 without padding: its letters and digits are hard to confuse.
var encoding = base32.StdEncoding.WithPadding(base32.NoPadding) //nolint:gochecknoglobals // a constant

// Pattern returns a regular expression (RE2, and any other dialect) that finds the keys of a prefix in text, for secret
// scanners.
func Pattern(prefix string) string {
	return regexp.QuoteMeta(prefix) + "_[A-Z2-7]{16}_[A-Z2-7]{52}_[A-Z2-7]{7}"
}

// newToken returns a new key and its id.
func newToken(prefix string) (token, id string) {
	id = rand.Text()[:idLength]
	token = prefix + "_" + id + "_" + rand.Text() + rand.Text()
	return token + "_" + checksum(token), id
}

// checksum returns the CRC-32 of text in base32.
func checksum(text string) string {
	return encoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(text))))
}

func isBase32(text string) bool {
	return strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// parse returns the id in a key, or what is wrong with it. The reason does not repeat the key.
func parse(prefix, token string) (id, problem string) {
	rest, ok := strings.CutPrefix(token, prefix+"_")
	switch {
	case !ok:
		return "", "the key does not begin with " + prefix + "_"
	case len(rest) != idLength+1+secretLength+1+checksumLength || rest[idLength] != '_' ||
		rest[idLength+1+secretLength] != '_':
		return "", "the key does not have the form " + prefix + "_id_secret_checksum: was it cut off?"
	case !isBase32(rest[:idLength]) || !isBase32(rest[idLength+1:idLength+1+secretLength]):
		// Anyone can make a checksum, and databases fail on text that is not UTF-8.
		return "", "the key has characters that no key has: it was changed or mistyped"
	}
	end := len(token) - checksumLength
	if checksum(token[:end-1]) != token[end:] {
		return "", "the key's checksum does not fit: it was changed or mistyped"
	}
	return rest[:idLength], ""
}

// hashOf returns the digest of a key that the store keeps. A random secret of 260 bits needs no slow hash.
func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte("auth-go API key\x00" + token))
	return sum[:]
}

// Inspect returns the id in a key with this prefix if its form and checksum are right. It does not authenticate the
// key: anyone can make such a text.
func Inspect(prefix, token string) (id string, ok bool) {
	id, problem := parse(prefix, token)
	return id, problem == ""
}
