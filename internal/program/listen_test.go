package program

import (
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever -addr is spelled like, without -allow-remote nothing listens that another machine reaches. What does listen
// is read from the kernel, as ss does.
func TestAddressSpellings(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the sockets of a process are read as Linux lists them")
	}
	spellings := []string{"", "127.0.0.1:0", "127.0.0.1:", "localhost:0", "LOCALHOST:0", "[::1]:0",
		"[0:0:0:0:0:0:0:1]:0", "127.3.2.1:0", "[::ffff:127.0.0.1]:0", ":0", ":", "0.0.0.0:0", "[::]:0", "[::0]:0",
		"[::ffff:0.0.0.0]:0", "0:0", "*:0", "127.1:0", "2130706433:0", "0177.0.0.1:0", "localhost", "0",
		" 127.0.0.1:0", "http://127.0.0.1:0", "127.0.0.1:99999", "8.8.8.8:0"}
	addresses, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, a := range addresses {
		if ip, isIP := a.(*net.IPNet); isIP && !ip.IP.IsLoopback() && ip.IP.To4() != nil {
			spellings = append(spellings, net.JoinHostPort(ip.IP.String(), "0"))
			break
		}
	}
	var table strings.Builder
	for _, spelling := range spellings {
		listening, said := listenersOf(t, "-addr", spelling)
		for _, a := range listening {
			assert.True(t, a.Addr().Unmap().IsLoopback(), "-addr %q listens on %s", spelling, a)
		}
		if spelling == "127.0.0.1:0" || spelling == "localhost:0" {
			assert.Len(t, listening, 1, "%s: %s", spelling, said)
		}
		fmt.Fprintf(&table, "%-26q %s\n", spelling, outcome(listening, said))
	}
	for _, spelling := range []string{":0", "0.0.0.0:0"} {
		listening, said := listenersOf(t, "-addr", spelling, "-allow-remote")
		if assert.Len(t, listening, 1, said) {
			assert.True(t, listening[0].Addr().Unmap().IsUnspecified(), listening[0])
		}
		fmt.Fprintf(&table, "%-26q %s\n", spelling+" -allow-remote", outcome(listening, said))
	}
	t.Logf("what listens, for %d spellings of -addr:\n%s", len(spellings), table.String())
}

func outcome(listening []netip.AddrPort, said string) string {
	if len(listening) == 0 {
		return "nothing: " + said
	}
	return fmt.Sprint(listening)
}

// listenersOf starts the program and returns what listens or, if it does not start, what it says.
func listenersOf(t *testing.T, args ...string) (listening []netip.AddrPort, said string) {
	t.Helper()
	dir := t.TempDir()
	errs, err := os.Create(filepath.Join(dir, "stderr"))
	require.NoError(t, err)
	defer errs.Close()
	cmd := exec.Command(executable, append(args, "-url-file", filepath.Join(dir, "url"))...)
	cmd.Stderr = errs
	out, err := cmd.StdoutPipe() // ends when the program does
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer func() { _ = cmd.Wait() }()
	first := make([]byte, 1)
	if n, _ := out.Read(first); n == 0 {
		text, err := os.ReadFile(errs.Name())
		require.NoError(t, err)
		text, _, _ = cutLine(text)
		return nil, string(text)
	}
	listening = sockets(t, cmd.Process.Pid)
	url := awaited(t, filepath.Join(dir, "url"))
	res, err := http.Get(url + "/api/v4/version")
	if assert.NoError(t, err, "what it says can be called: %s", url) {
		require.NoError(t, res.Body.Close())
	}
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	return listening, ""
}

func cutLine(text []byte) (line, rest []byte, found bool) {
	i := slices.Index(text, '\n')
	if i < 0 {
		return text, nil, false
	}
	return text[:i], text[i+1:], true
}

// sockets are what a process listens on.
func sockets(t *testing.T, pid int) (listening []netip.AddrPort) {
	t.Helper()
	own := map[string]bool{}
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	require.NoError(t, err)
	for _, file := range files {
		if target, err := os.Readlink(file); err == nil {
			own[target] = true
		}
	}
	for _, table := range []string{"tcp", "tcp6"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		if err != nil {
			continue // a machine without IPv6
		}
		for line := range strings.Lines(string(text)) {
			fields := strings.Fields(line)
			const listens = "0A"
			if len(fields) > 9 && fields[3] == listens && own["socket:["+fields[9]+"]"] {
				listening = append(listening, kernelAddress(t, fields[1]))
			}
		}
	}
	return listening
}

// kernelAddress reads an address as Linux lists it: words of four bytes, the last byte first, and a port.
func kernelAddress(t *testing.T, text string) netip.AddrPort {
	t.Helper()
	host, port, _ := strings.Cut(text, ":")
	bytes, err := hex.DecodeString(host)
	require.NoError(t, err)
	for word := range slices.Chunk(bytes, 4) {
		slices.Reverse(word)
	}
	addr, ok := netip.AddrFromSlice(bytes)
	require.True(t, ok, text)
	number, err := strconv.ParseUint(port, 16, 16)
	require.NoError(t, err)
	return netip.AddrPortFrom(addr, uint16(number))
}
