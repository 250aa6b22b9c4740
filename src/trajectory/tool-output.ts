/** How tool results begin that stand in the role of the user, by the agents that write them. */
export const knownOutputStarts: readonly string[] = [
  // mini-swe-agent, v1 and v2
  '<returncode>',
  '<output>',
  // Hermes, Qwen
  '<tool_response>',
  '<tool_result',
  '<function_results>',
  '<function_result>',
  '<function_response>',
  // SWE-agent, SWE-smith, CodeAct, SWE-ZERO, ReAct
  'OBSERVATION:',
  'Observation:',
  'Observation\n',
  // OpenHands, R2E-Gym
  'EXECUTION RESULT of [',
  'Execution output of [',
  // Code-Feedback
  'Execution result:',
  // AgentInstruct
  'The output of the OS:',
  // Terminus
  'New Terminal Output:',
  'Current Terminal Screen:',
  'Current terminal state:',
  'Previous response had ',
];
