package traffic

import (
	"fmt"
	"net"
	"strings"
)

// PortHint says how an address without a port is meant to be.
func PortHint(addr string) string {
	if _, _, err := net.SplitHostPort(addr); err == nil || strings.Contains(addr, ":") {
		return ""
	}
	return fmt.Sprintf("; write %q for a free port", addr+":0")
}

// IsLoopback is whether only this machine reaches an address that is listened on.
func IsLoopback(addr net.Addr) bool {
	tcp, isTCP := addr.(*net.TCPAddr)
	return isTCP && tcp.IP.IsLoopback()
}
