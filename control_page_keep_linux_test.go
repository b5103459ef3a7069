package fakegitlab_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"testing/synctest"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// terminal opens a pseudo-terminal: what the person does, and what the program has.
func terminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("there are no pseudo-terminals: ", err)
	}
	t.Cleanup(func() { _ = person.Close() })
	var number, unlock uint32
	for request, value := range map[uintptr]*uint32{syscall.TIOCGPTN: &number, syscall.TIOCSPTLCK: &unlock} {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, person.Fd(), request, uintptr(unsafe.Pointer(value)))
		require.Zero(t, errno)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = program.Close() })
	return person, program
}

// failing is a test of its own, which fails as the variable says, in a process that has no terminal but the one it is
// given. Like go test it has nothing as its standard input.
func failing(t *testing.T, how string, arguments ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], append([]string{"-test.run=^TestKept$"}, arguments...)...)
	cmd.Env = append(os.Environ(), "FAKEGITLAB_TEST_KEPT="+how, "FAKEGITLAB_KEEP=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd
}

// A failed test keeps its fake and the page until somebody presses Enter.
func TestKept(t *testing.T) {
	switch how := os.Getenv("FAKEGITLAB_TEST_KEPT"); how {
	case "":
	case "in memory":
		fakegitlab.New(t, fakegitlab.WithPage(), fakegitlab.WithInMemoryNetwork(), fakegitlab.WithBasePath("/gitlab"))
		t.Error("as it is told to")
		return
	case "in a bubble":
		synctest.Test(t, func(t *testing.T) {
			fakegitlab.New(t, fakegitlab.WithPage(), fakegitlab.WithInMemoryNetwork())
			t.Error("as it is told to")
		})
		return
	case "without a page":
		fakegitlab.New(t)
		t.Error("as it is told to")
		return
	default:
		gl := fakegitlab.New(t, fakegitlab.WithPage())
		gl.Inject(fakegitlab.Failure{Status: 503, Endpoint: fakegitlab.ListRunners})
		statusOf(t, gl, "root", "/user")
		return
	}
	for name, c := range map[string]struct {
		how, key, call string
	}{
		"enter":     {"a problem", "\n", "/user"},
		"ctrl-c":    {"a problem", "\x03", "/user"},
		"in memory": {"in memory", "\n", "No call has come yet"},
	} {
		t.Run(name, func(t *testing.T) {
			person, program := terminal(t)
			cmd := failing(t, c.how)
			cmd.ExtraFiles, cmd.SysProcAttr.Setctty, cmd.SysProcAttr.Ctty = []*os.File{program}, true, 3
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			require.NoError(t, cmd.Start())
			assertKept(t, person, c.call)
			_, err := person.WriteString(c.key)
			require.NoError(t, err)
			assert.Error(t, cmd.Wait())
			assert.Contains(t, out.String(), "--- FAIL: TestKept", "it still says why it failed")
		})
	}
}

// assertKept waits until the terminal says where the page is, and looks at it.
func assertKept(t *testing.T, terminal io.Reader, says string) {
	t.Helper()
	address := regexp.MustCompile(`TestKept has failed\. Its fake is still there: (http://127\.0\.0\.1:\d+\S*/-/fake/)`)
	lines := bufio.NewScanner(terminal)
	for lines.Scan() {
		m := address.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		require.True(t, lines.Scan())
		assert.Contains(t, lines.Text(), "It stays until Enter or Ctrl-C")
		res, err := http.Get(m[1])
		require.NoError(t, err)
		defer res.Body.Close()
		page, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		assert.True(t, bytes.Contains(page, []byte(says)), says)
		return
	}
	t.Fatal("the terminal was told nothing")
}

func TestKeptWithoutATerminal(t *testing.T) {
	t.Run("standard input", func(t *testing.T) {
		cmd := failing(t, "a problem")
		enter, err := cmd.StdinPipe()
		require.NoError(t, err)
		said, err := cmd.StderrPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		assertKept(t, said, "/user")
		_, err = enter.Write([]byte("\n"))
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, said)
		assert.Error(t, cmd.Wait())
	})
	for how, says := range map[string]string{
		"a problem":      `the page is http://127\.0\.0\.1:\d+/-/fake/[^!]*_KEEP is set, but there is no terminal at which Enter could be pressed`,
		"in a bubble":    "_KEEP is set, but in a testing/synctest bubble nothing waits for a person",
		"without a page": `_KEEP keeps the fakes that New is given WithPage\(\) for`,
	} {
		t.Run(how, func(t *testing.T) {
			out, err := failing(t, how).CombinedOutput()
			assert.Error(t, err)
			assert.Regexp(t, says, string(out))
		})
	}
	t.Run("time is up", func(t *testing.T) {
		cmd := failing(t, "a problem", "-test.timeout=5500ms")
		enter, err := cmd.StdinPipe()
		require.NoError(t, err)
		defer enter.Close()
		out, err := cmd.CombinedOutput()
		assert.Error(t, err)
		assert.Contains(t, string(out), "The time is up.")
		assert.Contains(t, string(out), "--- FAIL: TestKept")
		assert.NotContains(t, string(out), "panic: test timed out")
	})
}

// With go test -artifacts a failed test leaves the page and the world as files; the second fake's have a number.
func TestArtifacts(t *testing.T) {
	if os.Getenv("FAKEGITLAB_TEST_ARTIFACTS") != "" {
		for range 2 {
			gl := fakegitlab.New(t, fakegitlab.WithPage(), fakegitlab.WithInMemoryNetwork(),
				fakegitlab.WithScenario(fakegitlab.SmallCompany()))
			gl.Inject(fakegitlab.Failure{Status: 503, Endpoint: fakegitlab.ListRunners})
			statusOf(t, gl, "mia", "/runners/100021")
		}
		return
	}
	if _, has := any(t).(interface{ ArtifactDir() string }); !has {
		t.Skip("needs Go 1.26")
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestArtifacts$", "-test.artifacts", "-test.outputdir="+dir)
	cmd.Env = append(os.Environ(), "FAKEGITLAB_TEST_ARTIFACTS=1")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	for _, name := range []string{"journal.html", "world.json", "journal-2.html", "world-2.json"} {
		found, err := filepath.Glob(filepath.Join(dir, "_artifacts", "*", name))
		require.NoError(t, err)
		if !assert.Len(t, found, 1, "%s\n%s", name, out) {
			continue
		}
		text, err := os.ReadFile(found[0])
		require.NoError(t, err)
		if filepath.Ext(name) == ".json" {
			world, err := fakegitlab.ReadScenario(bytes.NewReader(text))
			require.NoError(t, err)
			assert.Len(t, world.Runners, 15)
			continue
		}
		page := controlAnswer{body: string(text)}.text()
		assertSays(t, page, "Problems 1", "never fired", "GET /runners/:id id=100021", "Headers and bodies", `"id": 100021`)
		assert.NotContains(t, page, "Advance")
	}
}
