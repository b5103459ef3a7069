package program

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/racing"
)

// The program is over within a second. The test allows for a machine that is busy with other things.
const soon = 3 * time.Second

// stop ends a program and says how long that took.
func stop(t *testing.T, cmd *exec.Cmd, s os.Signal, what string) {
	t.Helper()
	started, ended := time.Now(), make(chan error, 1)
	require.NoError(t, cmd.Process.Signal(s))
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		took := time.Since(started)
		assert.NoError(t, err, what)
		assert.Less(t, took, soon, what)
		t.Logf("%s: %s ended it after %.2f s", what, s, took.Seconds())
	case <-time.After(10 * time.Second):
		_ = cmd.Process.Kill()
		t.Errorf("%s: %s did not end it", what, s)
	}
}

// unread starts the program with pipes for its output that nobody reads, and returns its URL.
func unread(t *testing.T, args ...string) (cmd *exec.Cmd, url string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "url")
	cmd = exec.Command(executable, append([]string{"-addr", "127.0.0.1:0", "-url-file", file}, args...)...)
	for _, output := range []*io.Writer{&cmd.Stdout, &cmd.Stderr} {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		t.Cleanup(func() { _ = r.Close(); _ = w.Close() })
		*output = w
	}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, awaited(t, file)
}

// awaited waits for the file of -url-file.
func awaited(t *testing.T, file string) string {
	t.Helper()
	var text []byte
	require.Eventually(t, func() (there bool) {
		var err error
		text, err = os.ReadFile(file)
		return err == nil
	}, 20*time.Second, 5*time.Millisecond)
	require.True(t, strings.HasSuffix(string(text), "\n"), "it is whole")
	return strings.TrimSpace(string(text))
}

// many is how many requests there are; their journal is several times as long as what a pipe holds.
const many = 4_000

// Neither the requests nor the end wait for somebody who reads the journal.
func TestUnreadPipe(t *testing.T) {
	cmd, url := unread(t)
	started := time.Now()
	for range many {
		res, err := http.Get(url + "/api/v4/runners")
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
	}
	t.Logf("%d requests: %.2f s", many, time.Since(started).Seconds())
	http.DefaultClient.CloseIdleConnections()
	stop(t, cmd, syscall.SIGTERM, "nobody reads")
}

// What Python and Node do when one starts a program and does not care for its output.
func TestUnreadPipeElsewhere(t *testing.T) {
	racing.Skip(t)
	for interpreter, script := range map[string]string{
		"python3": `
import http.client, subprocess, sys, time, urllib.parse
pipe = subprocess.PIPE
program = subprocess.Popen([sys.argv[1], "-addr", "127.0.0.1:0"], stdout=pipe, stderr=pipe, text=True)
url = urllib.parse.urlparse(program.stdout.readline().split(" at ")[1].strip())
started, connection = time.time(), http.client.HTTPConnection(url.netloc, timeout=10)
for _ in range(int(sys.argv[2])):
    connection.request("GET", "/api/v4/runners")
    connection.getresponse().read()
asked = time.time()
program.terminate()
program.wait(timeout=10)
print("%.2f s, ended after %.2f s with %d" % (asked - started, time.time() - asked, program.returncode))
`,
		"node": `
const {spawn} = require("node:child_process"), http = require("node:http"), fs = require("node:fs")
const [program, count, urlFile] = process.argv.slice(2)
const child = spawn(program, ["-addr", "127.0.0.1:0", "-url-file", urlFile])
const agent = new http.Agent({keepAlive: true, maxSockets: 1})
const get = url => new Promise((resolve, reject) =>
  http.get(url, {agent}, res => res.resume().on("end", resolve)).on("error", reject))
;(async () => {
  while (!fs.existsSync(urlFile)) await new Promise(resolve => setTimeout(resolve, 5))
  const url = fs.readFileSync(urlFile, "utf8").trim(), started = Date.now()
  for (let i = 0; i < count; i++) await get(url + "/api/v4/runners")
  const asked = Date.now(), seconds = (from, to) => ((to - from) / 1000).toFixed(2)
  agent.destroy()
  child.on("exit", code => {
    console.log(seconds(started, asked) + " s, ended after " + seconds(asked, Date.now()) + " s with " + code)
    process.exit()
  })
  child.kill("SIGTERM")
})()
`} {
		t.Run(interpreter, func(t *testing.T) {
			if exec.Command(interpreter, "--version").Run() != nil {
				t.Skip("is not installed")
			}
			cmd := exec.CommandContext(t.Context(), interpreter, "-", executable, fmt.Sprint(many),
				filepath.Join(t.TempDir(), "url"))
			cmd.Stdin = strings.NewReader(script)
			out, err := cmd.CombinedOutput()
			assert.NoError(t, err, "%s", out)
			t.Logf("%d requests: %s", many, out)
			var asked, ended float64
			var code int
			_, err = fmt.Sscanf(string(out), "%f s, ended after %f s with %d", &asked, &ended, &code)
			assert.NoError(t, err)
			assert.Less(t, ended, soon.Seconds())
			assert.Zero(t, code)
		})
	}
}

// Nobody reads, a request hangs, another is not all there: it is over all the same.
func TestStopsWhateverHangs(t *testing.T) {
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd, url := unread(t)
		res, err := http.Post(url+"/-/fake/failures", "", strings.NewReader(`{"endpoint": "GET /version", "delay": 3600}`))
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		delayed := half(t, url, "GET /api/v4/version HTTP/1.1\r\nHost: localhost\r\n\r\n")
		unfinished := half(t, url, "POST /api/v4/runners HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\ntoken=")
		require.Eventually(t, func() bool {
			res, err := http.Get(url + "/-/fake/")
			require.NoError(t, err)
			defer res.Body.Close()
			page, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			return strings.Contains(string(page), "GET /api/v4/version") &&
				strings.Contains(string(page), "POST /api/v4/runners")
		}, 10*time.Second, 5*time.Millisecond)
		stop(t, cmd, s, "requests hang")
		for _, conn := range []net.Conn{delayed, unfinished} {
			answer, _ := io.ReadAll(conn)
			assert.Empty(t, string(answer))
		}
	}
}

// half sends as much of a request over a connection of its own.
func half(t *testing.T, url, request string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, request)
	require.NoError(t, err)
	return conn
}

// It does not have to have begun.
func TestStopsWhileStarting(t *testing.T) {
	file := filepath.Join(t.TempDir(), "url")
	require.NoError(t, os.WriteFile(file, []byte("http://127.0.0.1:1\n"), 0o644))
	cmd := exec.Command(executable, "-addr", "127.0.0.1:0", "-url-file", file, "-scenario", "/dev/stdin")
	input, err := cmd.StdinPipe()
	require.NoError(t, err)
	defer input.Close() // it reads until then
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { _, err := os.Stat(file); return err != nil }, 10*time.Second, 5*time.Millisecond,
		"what an earlier run left is removed first")
	stop(t, cmd, syscall.SIGTERM, "still reading its scenario")
}

// Who reads the first line and goes away leaves the fake where it is.
func TestReaderGoesAway(t *testing.T) {
	p := launch(t)
	require.NoError(t, p.reader.Close())
	for range 10 {
		status, _ := p.get("/api/v4/version", "")
		assert.Equal(t, 401, status)
	}
	stop(t, p.cmd, syscall.SIGTERM, "its reader is gone")
}

func TestURLFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "url")
	p := launch(t, "-base-path", "/gitlab", "-url-file", file)
	assert.Equal(t, p.url, awaited(t, file))
	stop(t, p.cmd, syscall.SIGTERM, "usual")
	assert.NoFileExists(t, file)

	p = launch(t, "-url-file", file)
	awaited(t, file)
	require.NoError(t, os.WriteFile(file, []byte("http://127.0.0.1:1\n"), 0o644))
	stop(t, p.cmd, syscall.SIGINT, "usual")
	assert.FileExists(t, file, "by then it is somebody else's")
	left, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	assert.Len(t, left, 1, "nothing else is left")
}

func TestQuiet(t *testing.T) {
	p := launch(t, "-quiet")
	p.get("/api/v4/version", "")
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	assert.False(t, p.lines.Scan(), "no journal, but the greeting: %s", p.lines.Text())
	assert.NoError(t, p.cmd.Wait())
}

func TestSchemaFlag(t *testing.T) {
	out, err := exec.Command(executable, "-schema").Output()
	require.NoError(t, err)
	schema, err := os.ReadFile("../../docs/scenario.schema.json")
	require.NoError(t, err)
	assert.Equal(t, string(schema), string(out))
}
