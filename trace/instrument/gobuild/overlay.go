package gobuild

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// overlayFile is what -overlay reads: for each path the file to read instead.
type overlayFile struct {
	Replace map[string]string
}

// readOverlay reads a user's own overlay. Paths in it are relative to dir, and
// absolute in what is returned. An empty name is no overlay.
func readOverlay(name, dir string) (map[string]string, error) {
	replace := map[string]string{}
	if name == "" {
		return replace, nil
	}
	absolute := func(path string) string {
		switch {
		case path == "":
			return path
		case filepath.IsAbs(path):
			return filepath.Clean(path)
		}
		return filepath.Join(dir, path)
	}
	text, err := os.ReadFile(absolute(name))
	if err != nil {
		return nil, fmt.Errorf("-overlay: %w", err)
	}
	var file overlayFile
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("-overlay: %s: %w", name, err)
	}
	for from, to := range file.Replace {
		replace[absolute(from)] = absolute(to)
	}
	return replace, nil
}

// addContents writes, into dir, the contents of files, adds to an overlay's replace
// that the build is to see them at their paths, and writes that overlay. It returns
// the overlay's name. Names end as the paths do: the extension has a meaning.
func addContents(dir string, contents map[string][]byte, replace map[string]string) (string, error) {
	for i, path := range slices.Sorted(maps.Keys(contents)) {
		// The hyphen keeps one name from being the beginning of another.
		replace[path] = filepath.Join(dir, strconv.Itoa(i)+"-"+filepath.Base(path))
		if err := os.WriteFile(replace[path], contents[path], 0o644); err != nil {
			return "", err
		}
	}
	text, err := json.MarshalIndent(overlayFile{replace}, "", "\t")
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "overlay.json")
	return name, os.WriteFile(name, text, 0o644)
}
