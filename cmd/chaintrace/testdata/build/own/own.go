// Package own is what rules.yaml is about.
package own

import "fmt"

// Start starts.
func Start(name string) {
	fmt.Println("started", name)
}
