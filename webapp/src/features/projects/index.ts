export { SettingInput } from "./components/SettingInput";
export { limitFields, rulesIn, toLines, valueAt } from "./settingsFields";
