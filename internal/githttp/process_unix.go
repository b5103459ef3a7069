//go:build unix

package githttp

import (
	"os/exec"
	"syscall"
)

// killWhole has a process killed together with those that it has begun.
func killWhole(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
