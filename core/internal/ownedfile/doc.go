// Package ownedfile checks that nobody but this process's user and root can have written a file or a directory. The key
// cache and the revocation log on disk decide who gets in, so what another user can write must not be read.
package ownedfile
