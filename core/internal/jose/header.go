package jose

import (
	"strings"
	"unicode"
)

// Header is a JOSE header (RFC 7515 §4) that passed the rules of this package. It is shared and must not be modified.
type Header struct {
	// Alg is the signature algorithm, never empty. The contract decides whether it is allowed.
	Alg string
	// Kid names the key; HasKid is true even if the name is empty.
	Kid    string
	HasKid bool
	// Typ is the media type of the token; HasTyp is true even if the type is empty.
	Typ    string
	HasTyp bool
	// Members indexes the whole header.
	Members Object
}

const maxKid = 256

// parseHeader reads an encoded header. It never looks at jku, x5u, jwk, x5c or x5t: a token that names its own key
// proves nothing (RFC 8725 §3.10). Other unknown members are ignored (RFC 7515 §4).
func parseHeader(segment string, limits Limits) (*Header, error) {
	if !isBase64(segment) { // before any memory is allocated for it
		return nil, errHeaderEncoding
	}
	data := make([]byte, decodedLen(len(segment)))
	if !decodeBase64(data, segment) {
		return nil, errHeaderEncoding
	}
	members, err := ParseObject(data, limits)
	if err != nil {
		return nil, err
	}
	if err := refuseExtensions(members); err != nil {
		return nil, err
	}
	header := &Header{Members: members}
	if alg, found := members.Lookup("alg"); found {
		header.Alg, _ = alg.Text()
	}
	if header.Alg == "" { // RFC 7515 §4.1.1
		return nil, errAlg
	}
	if typ, found := members.Lookup("typ"); found { // RFC 7515 §4.1.9
		if header.Typ, header.HasTyp = typ.Text(); !header.HasTyp {
			return nil, errTyp
		}
	}
	if kid, found := members.Lookup("kid"); found { // RFC 7515 §4.1.4
		if header.Kid, header.HasKid = kid.Text(); !header.HasKid {
			return nil, errKid
		}
		if len(header.Kid) > maxKid {
			return nil, errKidLong
		}
		if strings.ContainsFunc(header.Kid, unicode.IsControl) { // a kid ends up in logs and cache keys
			return nil, errKidControl
		}
	}
	return header, nil
}

// refuseExtensions refuses members that change how the token must be processed.
func refuseExtensions(members Object) error {
	if _, found := members.Lookup("enc"); found { // RFC 7516 §4.1.2
		return errEncHeader
	}
	if crit, found := members.Lookup("crit"); found { // RFC 7515 §4.1.11: no extension is understood here
		if names, ok := crit.Texts(); !ok || len(names) == 0 || crit.Kind() != KindArray {
			return errCritForm
		}
		return errCrit
	}
	if b64, found := members.Lookup("b64"); found { // RFC 7797 §3: true is the default
		if encoded, ok := b64.Bool(); !ok || !encoded {
			return errB64
		}
	}
	if _, found := members.Lookup("zip"); found { // RFC 7516 §4.1.3: meaningless in a JWS
		return errZip
	}
	return nil
}
