//go:build !linux

// Package tether knows how a child process is made to end with its parent,
// however that ends, where the system can do that.
package tether

import "syscall"

// Attr returns no special attributes: this system has none for the purpose,
// and children are ended by their parent's own clean-up only.
func Attr(syscall.Signal) *syscall.SysProcAttr { return &syscall.SysProcAttr{} }
