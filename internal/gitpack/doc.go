// Package gitpack is what git's own programs write and read, byte by byte: the lines of a push, packs, and bare
// repositories on disk (https://git-scm.com/docs/gitprotocol-pack, https://git-scm.com/docs/gitformat-pack). Who may do
// what is decided elsewhere: see githttp.
//
//	pktline.go push.go  the lines of the protocol, and the commands of a push
//	read.go             reading a pack
//	disk.go write.go    a bare repository on disk, and the packs in it
package gitpack
