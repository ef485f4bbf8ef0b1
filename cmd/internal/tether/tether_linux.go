// Package tether knows how a child process is made to end with its parent,
// however that ends, where the system can do that.
package tether

import "syscall"

// Attr returns attributes by which a child gets sig when its parent has gone.
func Attr(sig syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: sig}
}
