import { Button, Combobox, ScrollArea, useCombobox } from "@mantine/core";
import { IconCheck, IconSelector } from "@tabler/icons-react";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";

import { projectOf } from "@/shared/projects/slugs";
import { useProjects } from "@/shared/projects/useProjects";
import { visibleText } from "@/shared/text/visible";

import { useCurrentSlug } from "./useCurrentSlug";

import classes from "./ProjectSwitcher.module.css";

/** Goes to the same kind of page of another project. */
export function ProjectSwitcher() {
  const router = useRouter();
  const slug = useCurrentSlug();
  const { projects, slugOf } = useProjects();
  const [search, setSearch] = useState("");
  const box = useCombobox({
    onDropdownClose: () => (box.resetSelectedOption(), box.focusTarget(), setSearch("")),
    onDropdownOpen: () => box.focusSearchInput(),
  });
  const current = slug ? projectOf(slug, projects) : undefined;
  const found = projects.filter(
    (each) => !each.archived && each.name.toLowerCase().includes(search.trim().toLowerCase()),
  );
  if (projects.length === 0) return null;

  const choose = (chosen: string) => {
    box.closeDropdown();
    const [, , , noun = ""] = router.state.location.pathname.split("/");
    const rest = slug && noun ? `/${noun}` : "";
    void router.navigate({ href: `/p/${encodeURIComponent(chosen)}${rest}` });
  };
  return (
    <Combobox store={box} onOptionSubmit={choose} width={280} position="bottom-start">
      <Combobox.Target targetType="button">
        <Button
          variant="default"
          size="xs"
          className={classes.button}
          rightSection={<IconSelector size={14} aria-hidden />}
          onClick={() => box.toggleDropdown()}
        >
          {current ? visibleText(current.name) : "All projects"}
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          placeholder="Find a project"
          aria-label="Find a project"
        />
        <Combobox.Options>
          <ScrollArea.Autosize mah={320} type="auto">
            {found.map((each) => (
              <Combobox.Option key={each.id} value={slugOf(each)} active={each === current}>
                <span className={classes.option}>
                  {visibleText(each.name)}
                  {each === current && <IconCheck size={14} aria-label="current" />}
                </span>
              </Combobox.Option>
            ))}
            {found.length === 0 && <Combobox.Empty>No project is called that</Combobox.Empty>}
          </ScrollArea.Autosize>
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
