/** What a learner's file imports: `import { todo } from '@track/grader';`. */
export { todo } from './todo.ts';
