package traffic

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// portHint says how an address without a port is meant to be.
func portHint(addr string) string {
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

// OpenTCP opens a door at an address. Each time that the door is opened again it is at the port that it got first.
// reached is where this machine reaches it.
func OpenTCP(addr string) (d *Door, reached string, err error) {
	at := addr
	d, err = OpenDoor(func() (net.Listener, error) { return net.Listen("tcp", at) })
	if err != nil {
		return nil, "", fmt.Errorf("%w%s", err, portHint(addr))
	}
	at = d.Addr().String()
	if ap, err := netip.ParseAddrPort(at); err == nil && ap.Addr().IsUnspecified() {
		return d, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), ap.Port()).String(), nil
	}
	return d, at, nil
}
