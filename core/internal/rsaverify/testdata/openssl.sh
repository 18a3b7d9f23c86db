#!/bin/sh
# Writes openssl.json: signatures made by OpenSSL with throw-away keys, for vectors_test.go.
# Usage: sh openssl.sh > openssl.json
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

hex() { od -An -v -tx1 | tr -d ' \n'; }

sign() { # valid scheme hash options…
	valid=$1 scheme=$2 hash=$3
	shift 3
	signature=$(openssl dgst "-$hash" -sign "$dir/key" "$@" "$dir/message" | hex)
	printf '%s\n  {"valid":%s,"scheme":"%s","hash":"%s","message":"%s","signature":"%s"}' \
		"$comma" "$valid" "$scheme" "$hash" "$(cat "$dir/message")" "$signature"
	comma=,
}

pss="-sigopt rsa_padding_mode:pss"
between=
printf '['
for key in 2048:65537 2049:65537 3071:65537 3072:65537 4096:65537 2048:3; do
	bits=${key%:*} exponent=${key#*:}
	openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:$bits" -pkeyopt "rsa_keygen_pubexp:$exponent" -out "$dir/key"
	modulus=$(openssl rsa -in "$dir/key" -noout -modulus | sed 's/Modulus=//')
	printf '%s\n{"exponent":%s,"modulus":"%s","signatures":[' "$between" "$exponent" "$modulus"
	between=, comma=
	for hash in sha256 sha384 sha512; do
		printf 'signed by OpenSSL with %s and %s bits' "$hash" "$bits" >"$dir/message"
		sign true PKCS1v15 "$hash"
		sign true PSS "$hash" $pss -sigopt rsa_pss_saltlen:digest
	done
	sign false PSS sha512 $pss -sigopt rsa_pss_saltlen:max
	sign false PSS sha512 $pss -sigopt rsa_pss_saltlen:0
	sign false PSS sha512 $pss -sigopt rsa_pss_saltlen:digest -sigopt rsa_mgf1_md:sha1
	sign false PKCS1v15 sha512 $pss -sigopt rsa_pss_saltlen:digest
	sign false PSS sha512 -sigopt rsa_padding_mode:pkcs1
	printf ']}'
done
printf '\n]\n'
